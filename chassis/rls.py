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
    read = _condition("read", school, supplier, school_reach, supplier_reach, alliance, everyone=everyone_reads)
    write = _condition("write", school, supplier, school_reach, supplier_reach, alliance, everyone=False)
    op.execute(f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({read})")
    op.execute(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({write})")
    op.execute(f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({write}) WITH CHECK ({write})")
    op.execute(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({write})")


def open_to_links(op: Operations, table: str, thing: str, *, reach: Reach = "read") -> None:
    """Let whoever is limited to one `thing` ("purchase_order") reach the rows of `table` that carry its id.

    Without this a link reaches no row of a table: limited actors are of no supplier here (chassis.database). What is
    open already is opened anew.
    """
    named = f"substring(current_setting('bursar.limited_to', true), '^{thing}:(.+)$')"
    own = f"{thing}_id = (SELECT CAST({named} AS uuid))"
    op.execute(f"DROP POLICY IF EXISTS {table}_linked ON {table}")
    op.execute(f"CREATE POLICY {table}_linked ON {table} FOR SELECT USING ({own})")
    if reach == "write":
        op.execute(f"CREATE POLICY {table}_linked_insert ON {table} FOR INSERT WITH CHECK ({own})")
        op.execute(f"CREATE POLICY {table}_linked_update ON {table} FOR UPDATE USING ({own}) WITH CHECK ({own})")


def _condition(
    purpose: str,
    school: str | None,
    supplier: str | None,
    school_reach: Reach,
    supplier_reach: Reach,
    alliance: Reach,
    *,
    everyone: bool,
) -> str:
    """Which rows the actor reaches for this purpose.

    One CASE and not a chain of ORs: PostgreSQL takes each comparison of an OR for a rare hit, expects next to no rows
    and plans loops within loops, which the bulk work of the kind `service` cannot afford. A CASE it takes for half.
    """
    own_school = f"{school} = {_SCHOOL}" if school and _reaches(school_reach, purpose) else "false"
    own_supplier = f"{supplier} = {_SUPPLIER}" if supplier and _reaches(supplier_reach, purpose) else "false"
    return (
        f"CASE {_ACTOR} WHEN 'service' THEN true"
        f" WHEN 'school' THEN {'true' if everyone else own_school}"
        f" WHEN 'supplier' THEN {'true' if everyone else own_supplier}"
        f" WHEN 'alliance' THEN {'true' if everyone or _reaches(alliance, purpose) else 'false'}"
        " ELSE false END"
    )


def _reaches(reach: Reach, purpose: str) -> bool:
    return reach == "write" or (reach == "read" and purpose == "read")
