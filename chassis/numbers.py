"""Document numbers without gaps: the counter is a row, locked until the document's transaction ends."""

from sqlalchemy import Connection, text

_TAKE = text(
    "INSERT INTO document_number (series, last) VALUES (:series, :count)"
    " ON CONFLICT (series) DO UPDATE SET last = document_number.last + :count RETURNING last"
)


def next_numbers(connection: Connection, series: str, count: int, *, width: int = 6) -> list[str]:
    """Take the next `count` numbers of a series: ["PO-000001", "PO-000002"]. A rollback gives them back."""
    if count < 1:
        return []
    last = connection.execute(_TAKE, {"series": series, "count": count}).scalar_one()
    return [f"{series}-{number:0{width}d}" for number in range(last - count + 1, last + 1)]


def next_number(connection: Connection, series: str, *, width: int = 6) -> str:
    """Take the next number of a series, such as "PO-000001"; later takers wait for this transaction."""
    return next_numbers(connection, series, 1, width=width)[0]
