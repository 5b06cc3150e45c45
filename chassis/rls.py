"""Row-level security: a row is seen and written only by the school or supplier that it carries.

Every policy fails closed: without an actor on the transaction there are no rows. Tables belong to the owner login and
the policies are not forced on it, so a SECURITY DEFINER function may publish sums across schools, never rows.
"""

from typing import Literal, Protocol

Reach = Literal["none", "read", "write"]

_ACTOR = "(SELECT current_setting('bursar.actor', true))"
_SCHOOL = "(SELECT nullif(current_setting('bursar.school_urn', true), '')::integer)"
_SUPPLIER = "(SELECT nullif(current_setting('bursar.supplier_id', true), '')::uuid)"


class Operations(Protocol):
    """What a migration's `op` offers here."""

    def execute(self, sqltext: str) -> object:
        """Run one statement."""


def protect(
    op: Operations,
    table: str,
    *,
    school: str | None = None,
    supplier: str | None = None,
    school_reach: Reach = "write",
    supplier_reach: Reach = "write",
    alliance: Reach = "write",
    everyone_reads: bool = False,
) -> None:
    """Enable row-level security on `table` and state who reaches which rows.

    `school` and `supplier` name the columns (integer URN, uuid) that tie a row to one of them; each `…_reach` says
    what its people may do with their own rows, `alliance` what the alliance's people may do with any.
    `everyone_reads` is for what all members share, such as the names of schools. The kind `service` reaches all.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for purpose in ("read", "write"):
        allowed = [f"{_ACTOR} = 'service'"]
        allowed += _own_rows("school", school, _SCHOOL, school_reach, purpose)
        allowed += _own_rows("supplier", supplier, _SUPPLIER, supplier_reach, purpose)
        if _reaches(alliance, purpose):
            allowed.append(f"{_ACTOR} = 'alliance'")
        if everyone_reads and purpose == "read":
            allowed.append(f"{_ACTOR} IN ('school', 'supplier', 'alliance')")
        condition = " OR ".join(allowed)
        if purpose == "read":
            op.execute(f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({condition})")
        else:
            op.execute(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({condition})")
            op.execute(
                f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({condition}) WITH CHECK ({condition})"
            )
            op.execute(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({condition})")


def _own_rows(kind: str, column: str | None, setting: str, reach: Reach, purpose: str) -> list[str]:
    if column is None or not _reaches(reach, purpose):
        return []
    return [f"({_ACTOR} = '{kind}' AND {column} = {setting})"]


def _reaches(reach: Reach, purpose: str) -> bool:
    return reach == "write" or (reach == "read" and purpose == "read")
