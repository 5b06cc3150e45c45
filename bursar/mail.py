"""`bursar mail`: the dead letters of the gateway, and what becomes of them."""

from collections.abc import Mapping

import click

from bursar.options import on_databases, reason_option, who_option

number_argument = click.argument("number", type=int)


@click.group()
def mail() -> None:
    """Mail that could not be sent, and that waits for a decision."""


@mail.command("failed")
@on_databases
def failed_mail(environ: Mapping[str, str]) -> None:
    """List the dead letters."""
    from bursar.databases import database_of
    from gateway.usecases.decide_failed_mail import failed_mails

    with database_of("gateway", environ) as database:
        for letter in failed_mails(database):
            click.echo(
                f"{letter.mail_id}: {letter.kind} to {letter.address or 'nobody known'}, {letter.subject!r}, "
                f"queued at {letter.queued_at:%Y-%m-%d %H:%M:%SZ}, tried {letter.tries} times: {letter.error}"
            )


@mail.command("retry")
@number_argument
@on_databases
def retry_mail(environ: Mapping[str, str], number: int) -> None:
    """Try a dead letter anew, as if it had just been queued."""
    from bursar.databases import database_of
    from gateway.usecases.decide_failed_mail import retry_failed_mail

    with database_of("gateway", environ) as database:
        retry_failed_mail(database, number)
    click.echo("Queued again.")


@mail.command("discard")
@number_argument
@who_option
@reason_option
@on_databases
def discard_mail(environ: Mapping[str, str], number: int, who: str, reason: str) -> None:
    """Let a dead letter go, on record."""
    from bursar.databases import database_of
    from gateway.usecases.decide_failed_mail import discard_failed_mail

    with database_of("gateway", environ) as database:
        discard_failed_mail(database, number, who=who, reason=reason)
    click.echo("Discarded.")
