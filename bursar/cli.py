"""The command `bursar`. Each command imports what it needs when it runs: the supervisor is to stay small."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bursar.installation import PARTS
from bursar.mail import mail
from bursar.options import data_option, on_databases, reason_option, who_option

if TYPE_CHECKING:
    from services.members.usecases.import_schools import ImportResult


@click.group()
@click.version_option(package_name="bursar")
def main() -> None:
    """Bursar: an alliance of autonomous schools buys as one."""


main.add_command(mail)


event_argument = click.argument("number", type=int)
part_argument = click.argument("part", type=click.Choice(PARTS))
password_option = click.option(
    "--password",
    envvar="BURSAR_PASSWORD",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for if it is neither given nor in BURSAR_PASSWORD.",
)


@main.command()
@click.option("--demo", is_flag=True, help="Load the demo alliance on the first start, and show its sign-ins.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@data_option
def up(demo: bool, port: int, data: Path) -> None:
    """Run everything on this machine until Ctrl-C."""
    from bursar.embedded import EmbeddedPostgresError
    from bursar.installation import AlreadyRunning, Installation
    from bursar.screen import Screen
    from bursar.up import CannotStart, Up

    screen = Screen()
    try:
        Up(Installation(data), port, screen).run(demo=demo)
    except (AlreadyRunning, CannotStart, EmbeddedPostgresError) as fault:
        raise click.ClickException(str(fault)) from None
    finally:
        screen.settle()


@main.command()
@part_argument
def worker(part: str) -> None:
    """Run one part's worker: relay, consumers and timers."""
    import importlib

    importlib.import_module(f"{part}.worker" if part == "gateway" else f"services.{part}.worker").main()


@main.command("new-secrets")
def new_secrets() -> None:
    """Print new secrets for docker-compose.yml, to be kept as .env beside it."""
    from bursar.fresh_secrets import as_env_file, fresh_secrets

    click.echo(as_env_file(fresh_secrets("postgres", "rabbitmq")))


@main.command()
@on_databases
def migrate(environ: Mapping[str, str]) -> None:
    """Bring every database to the newest schema, creating what is missing where that is allowed."""
    from bursar.migrate import migrate_all

    for part, revision in migrate_all(environ).items():
        click.echo(f"{part}: {revision}")


@main.command()
@on_databases
def verify(environ: Mapping[str, str]) -> None:
    """Check what must always hold. Ends with 1 and a line for each breach; with 2 if it could not be checked."""
    from bursar.verify import CannotVerify
    from bursar.verify import verify as check

    try:
        verdict = check(environ)
    except CannotVerify as fault:
        click.echo(f"Error: {fault}", err=True)
        raise SystemExit(2) from None
    for line in verdict.lines():
        click.echo(line)
    raise SystemExit(1 if verdict.breaches else 0)


@main.group("import")
def import_() -> None:
    """Take published data in."""


@import_.command("schools")
@click.argument("file", type=click.File("rb"))
@click.option("--la", "la_code", help="Take all schools of this local authority (886).")
@click.option("--urns", type=click.File("rb"), help="Take the schools listed in this file, a URN a line.")
@click.option("--joined-on", type=click.DateTime(["%Y-%m-%d"]), help="When new schools join; today if not given.")
@click.option("--counted-on", type=click.DateTime(["%Y-%m-%d"]), help="The day of a census, whose file is silent.")
@on_databases
def import_schools(environ: Mapping[str, str], file: Any, urns: Any, **options: Any) -> None:
    """Take schools from the national register, the school census or a sheet (CSV, XLSX). Safe to repeat."""
    from bursar.databases import database_of
    from chassis.actor import SERVICE
    from services.members.domain.urn_list import read_urn_list
    from services.members.usecases.import_schools import import_schools as take

    days = {name: options[name] and options[name].date() for name in ("joined_on", "counted_on")}
    wanted = None if urns is None else read_urn_list(urns.read())
    with database_of("members", environ) as database:
        result = take(database, SERVICE, file.read(), la_code=options["la_code"], urns=wanted, **days)
    _tell_import(result)


def _tell_import(result: "ImportResult") -> None:
    for row in (*result.refused, *result.notes):
        kind = "refused" if row in result.refused else "taken, but"
        click.echo(f"line {row.line} (URN {row.urn}): {kind} {row.code}: {row.reason}")
    for urn in result.not_found:
        click.echo(f"URN {urn}: not in the file")
    click.echo(
        f"{result.new} new, {result.changed} changed, {result.unchanged} unchanged, {len(result.refused)} refused, "
        f"{result.not_selected} rows not asked for"
    )


@main.group()
def people() -> None:
    """People who sign in. Managers do this on the web; here the first one is made."""


@people.command("add")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--role", "roles", multiple=True, required=True, help="alliance_manager, school_buyer …; repeatable.")
@click.option("--school", "school_urn", type=int, help="The URN of the school that the roles are held for.")
@click.option("--supplier", "supplier_id", help="The id of the supplier that the roles are held for.")
@password_option
@on_databases
def add_person(environ: Mapping[str, str], **details: Any) -> None:
    """Record a person whose roles begin today, with a first password."""
    from bursar.people import add

    person = add(environ, **details)
    click.echo(f"{person.name} can sign in as {person.email}. Person {person.person_id}.")


@people.command("password")
@click.argument("email")
@password_option
@on_databases
def change_password(environ: Mapping[str, str], email: str, password: str) -> None:
    """Give a person another password; their sessions end."""
    from bursar.people import change_password as change

    change(environ, email, password)
    click.echo(f"{email} signs in with the new password from now on.")


@main.group()
def events() -> None:
    """Events that a part could not take, and that wait for a decision."""


@events.command("parked")
@on_databases
def parked_events(environ: Mapping[str, str]) -> None:
    """List what is parked, part by part."""
    from bursar.databases import database_of
    from chassis.parking import waiting

    for part in PARTS:
        with database_of(part, environ) as database:
            for event in waiting(database):
                click.echo(
                    f"{part} {event.id}: {event.type} {event.key} from {event.producer} "
                    f"(position {event.position}), parked at {event.parked_at:%Y-%m-%d %H:%M:%SZ}: {event.error}"
                )


@events.command("retry")
@part_argument
@event_argument
@who_option
@reason_option
@on_databases
def retry_event(environ: Mapping[str, str], part: str, number: int, who: str, reason: str) -> None:
    """Apply a parked event, and those of the same key that wait behind it."""
    from bursar.databases import database_of
    from chassis.handlers import handlers_in
    from chassis.parking import retry

    handlers = handlers_in("gateway.inbox" if part == "gateway" else f"services.{part}.inbox")
    with database_of(part, environ) as database:
        result = retry(database, handlers, number, who=who, reason=reason)
    click.echo(f"{result.applied} applied.")
    if result.error:
        raise click.ClickException(f"The next one still fails: {result.error}")


@events.command("discard")
@part_argument
@event_argument
@who_option
@reason_option
@on_databases
def discard_event(environ: Mapping[str, str], part: str, number: int, who: str, reason: str) -> None:
    """Drop one parked event for good, on record."""
    from bursar.databases import database_of
    from chassis.parking import discard

    with database_of(part, environ) as database:
        discard(database, number, who=who, reason=reason)
    click.echo("Discarded.")


if __name__ == "__main__":
    main()
