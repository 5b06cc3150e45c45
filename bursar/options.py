"""What commands have in common: where the data is, the settings of this Bursar, and who decides why."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from bursar.installation import DEFAULT_DATA

data_option = click.option(
    "--data",
    envvar="BURSAR_DATA",
    default=DEFAULT_DATA,
    type=click.Path(file_okay=False, path_type=Path),
    show_default=True,
    help="Where an embedded Bursar keeps its data. Not used where the environment names the databases.",
)
who_option = click.option("--who", default=lambda: os.environ.get("USER", ""), help="Who decides; kept on record.")
reason_option = click.option("--reason", required=True, help="Why; kept on record.")


def on_databases(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the settings of this Bursar as its first argument, and its rules' faults to the person."""

    @data_option
    @wraps(command)
    def run(data: Path, **arguments: Any) -> Any:
        from chassis.settings import SettingsError
        from contracts.errors import BrokenRule

        with _settings(data) as environ:
            try:
                return command(environ, **arguments)
            except BrokenRule as fault:
                raise click.ClickException("\n".join([str(fault), *fault.fields.values()])) from None
            except (SettingsError, LookupError, ValueError) as fault:
                raise click.ClickException(str(fault)) from None

    return run


@contextmanager
def _settings(data: Path) -> Iterator[Mapping[str, str]]:
    """The environment's settings where it names the databases; otherwise the embedded Bursar's, its server running."""
    if "MEMBERS_DATABASE_URL" in os.environ or "MEMBERS_DATABASE_URL_FILE" in os.environ:
        yield os.environ
        return
    from bursar.embedded import EmbeddedPostgresError
    from bursar.installation import Installation

    installation = Installation(data)
    try:
        with installation.database_running():
            yield installation.environment()
    except EmbeddedPostgresError as fault:
        raise click.ClickException(str(fault)) from None
