"""Reading and writing the alliance's own details."""

from dataclasses import asdict, replace

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from services.members.domain.alliance import NOWHERE, Alliance
from services.members.storage.suppliers import read_address, read_endpoint
from services.members.storage.tables import alliance


def find_alliance(connection: Connection) -> Alliance:
    """The alliance's details; empty ones at version 0 before anybody has recorded them."""
    row = connection.execute(select(alliance)).one_or_none()
    if row is None:
        return Alliance()
    facts = {name: value for name, value in row._mapping.items() if name != "one"}
    address, endpoint = read_address(row.address) or NOWHERE, read_endpoint(row.endpoint)
    return Alliance(**facts | {"address": address, "endpoint": endpoint})


def save_alliance(connection: Connection, record: Alliance) -> Alliance:
    """Insert or overwrite the details; returns them with their version counted up."""
    saved = replace(record, version=record.version + 1)
    values = asdict(saved)
    connection.execute(
        insert(alliance).values(one=True, **values).on_conflict_do_update(index_elements=[alliance.c.one], set_=values)
    )
    return saved
