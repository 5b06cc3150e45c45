"""Reading the proof of a close. Totals are everybody's; a school sees no share but its own."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

_AT_ONCE = 2_000

_LINE_COLUMNS = (
    "line.position, line.kind, line.contract_id::text, line.supplier_id::text, coalesce(c.title, '') AS contract_title,"
    " coalesce(s.name, '') AS supplier_name, line.offer_id::text, line.sku, line.name, line.unit, line.vat_class,"
    " line.line_no, line.share_by, line.reason AS line_reason, line.pack, line.schools, line.firm AS line_firm,"
    " line.flexible AS line_flexible, line.denied, line.unit_price, line.quantity, line.net_pence AS line_net_pence,"
    " line.weight AS line_weight, line.left_over"
)
_LINES = """
    FROM close_line line
    LEFT JOIN contract c ON c.contract_id = line.contract_id
    LEFT JOIN supplier s ON s.supplier_id = line.supplier_id
"""
_LIST = text(f"SELECT {_LINE_COLUMNS} {_LINES} WHERE line.round_id = :round_id ORDER BY line.position")
_SHARES = f"""
    SELECT {_LINE_COLUMNS}, share.school_urn, school.name AS school_name, share.firm, share.flexible, share.granted,
        share.reason, share.denied_unit_price, share.denied_schools, share.max_unit_price, share.min_schools,
        share.weight, share.rank, share.net_pence
    {_LINES}
    JOIN close_share share ON share.close_line_id = line.close_line_id
    JOIN school ON school.urn = share.school_urn
    WHERE line.round_id = :round_id
"""
_OF_LINE = text(f"{_SHARES} AND line.position = :position ORDER BY share.school_urn")
_OF_SCHOOL = text(f"{_SHARES} AND share.school_urn = :urn ORDER BY line.position")
_SCHOOL = text("SELECT EXISTS (SELECT FROM school WHERE urn = :urn)")
_ALL = text(f"{_SHARES} ORDER BY line.position, share.school_urn")

_COUNT = text("""
    SELECT count(*) FROM close_share share JOIN close_line line USING (close_line_id) WHERE line.round_id = :round_id
""")
_CHARGES = text("""
    SELECT l.sku, l.name, l.unit, l.category_code, p.contract_id::text, p.supplier_id::text, d.net_pence,
        d.vat_class, d.vat_reduced, d.vat_certificate
    FROM drop_line d
    JOIN purchase_order_line l USING (purchase_order_id, line_no)
    JOIN purchase_order p USING (purchase_order_id)
    WHERE p.round_id = :round_id AND d.school_urn = :urn AND l.kind = 'charge'
    ORDER BY p.number, l.line_no
""")


def charges_of_school(connection: Connection, round_id: str, urn: int) -> Sequence[Row[Any]]:
    """A school's shares of charges in a closed round: what was charged, under which contract, net in pence."""
    return connection.execute(_CHARGES, {"round_id": round_id, "urn": urn}).all()


def proof_lines(connection: Connection, round_id: str) -> Sequence[Row[Any]]:
    """Every offer that was wished and every charge of a closed round, as totals."""
    return connection.execute(_LIST, {"round_id": round_id}).all()


def shares_of_line(connection: Connection, round_id: str, position: int) -> Sequence[Row[Any]]:
    """The shares of one line that the actor may see, with the line's totals, by URN."""
    return connection.execute(_OF_LINE, {"round_id": round_id, "position": position}).all()


def shares_of_school(connection: Connection, round_id: str, urn: int) -> Sequence[Row[Any]]:
    """Every share of one school, with its line's totals; none where the actor may not see them."""
    return connection.execute(_OF_SCHOOL, {"round_id": round_id, "urn": urn}).all()


def knows_school(connection: Connection, urn: int) -> bool:
    """Whether there is, or was, a school of this URN in the alliance."""
    return bool(connection.execute(_SCHOOL, {"urn": urn}).scalar_one())


def count_shares(connection: Connection, round_id: str) -> int:
    """How many shares the actor may see."""
    return int(connection.execute(_COUNT, {"round_id": round_id}).scalar_one())


def all_shares(connection: Connection, round_id: str) -> Iterator[Row[Any]]:
    """Every share that the actor may see, a couple of thousand at a time: all of them need never be in memory."""
    yield from connection.execute(_ALL, {"round_id": round_id}, execution_options={"yield_per": _AT_ONCE})
