"""Which columns of banks' CSV files hold what: shown, said anew, forgotten."""

from typing import Any

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.billing.domain.csv_columns import Columns, folded
from services.billing.domain.errors import ColumnsUnknown
from services.billing.storage import bank_layouts


def list_layouts(database: Database, actor: Actor) -> list[Row[Any]]:
    """Every header of which it was said which column holds what, the latest first."""
    with database.transaction(actor) as connection:
        return bank_layouts.list_layouts(connection)


def change_layout(database: Database, actor: Actor, layout_id: str, columns: Columns) -> Row[Any]:
    """Say anew which column holds what. Raises NotFound; ColumnsUnknown for a column that the header lacks."""
    with database.transaction(actor) as connection:
        layout = _layout(connection, layout_id)
        if not columns.names() <= {folded(name) for name in layout.header}:
            raise ColumnsUnknown(layout.header)
        bank_layouts.change_columns(connection, layout_id, columns, actor.name)
        return _layout(connection, layout_id)


def forget_layout(database: Database, actor: Actor, layout_id: str) -> None:
    """Let the next file with that header be asked about again. Raises NotFound."""
    with database.transaction(actor) as connection:
        _layout(connection, layout_id)
        bank_layouts.forget(connection, layout_id)


def _layout(connection: Connection, layout_id: str) -> Row[Any]:
    found = next((each for each in bank_layouts.list_layouts(connection) if each.bank_layout_id == layout_id), None)
    if found is None:
        raise NotFound("There is no such layout of a bank's file.")
    return found
