"""Show payment runs, the advices of what they pay, and how the alliance pays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.billing.storage import companies, originators, payment_runs, remittance_advices


@dataclass(frozen=True, slots=True)
class RunView:
    """A payment run with everything that it pays and leaves out, its files and the advices to suppliers.

    `came_back` is by supplier the day on which the bank gave back what another run paid to the same account.
    """

    run: Row[Any]
    items: Sequence[Row[Any]]
    exports: Sequence[Row[Any]]
    advices: Sequence[Row[Any]]
    came_back: Mapping[str, date]


def list_runs(
    database: Database, actor: Actor, *, state: str | None, after: str, limit: int
) -> tuple[list[Row[Any]], str | None]:
    """A page of payment runs, the newest first, and where the next page begins."""
    with database.transaction(actor) as connection:
        found = payment_runs.list_runs(connection, state=state, after=after, limit=limit + 1)
    return found[:limit], found[limit - 1].number if len(found) > limit else None


def get_run(database: Database, actor: Actor, run_id: str) -> RunView:
    """One payment run. Raises NotFound."""
    with database.transaction(actor) as connection:
        return view_run(connection, run_id)


def view_run(connection: Connection, run_id: str) -> RunView:
    """One payment run within a transaction. Raises NotFound."""
    run = payment_runs.get_run(connection, run_id)
    if run is None:
        raise NotFound("There is no such payment run.")
    return RunView(
        run,
        payment_runs.items_of(connection, run_id),
        payment_runs.exports_of(connection, run_id),
        remittance_advices.advices_of_run(connection, run_id),
        remittance_advices.came_back_from(connection, run_id),
    )


def list_advices(
    database: Database, actor: Actor, *, supplier_id: str | None, after: str, limit: int
) -> tuple[list[Row[Any]], str | None]:
    """A page of remittance advices, the newest first, and where the next page begins."""
    with database.transaction(actor) as connection:
        found = remittance_advices.list_advices(connection, supplier_id=supplier_id, after=after, limit=limit + 1)
    return found[:limit], found[limit - 1].reference if len(found) > limit else None


def get_advice(database: Database, actor: Actor, advice_id: str) -> Row[Any]:
    """One remittance advice with its invoices. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = remittance_advices.get_advice(connection, advice_id)
    if found is None:
        raise NotFound("There is no such remittance advice.")
    return found


def get_advice_and_payer(database: Database, actor: Actor, advice_id: str) -> tuple[Row[Any], Mapping[str, Any] | None]:
    """One remittance advice, and what the alliance says of itself. Raises NotFound."""
    advice = get_advice(database, actor, advice_id)
    with database.transaction(SERVICE) as connection:
        return advice, companies.find_alliance(connection)


def list_originators(database: Database, actor: Actor) -> list[Row[Any]]:
    """The alliance's accounts, and how each pays."""
    with database.transaction(actor) as connection:
        return originators.list_originators(connection)
