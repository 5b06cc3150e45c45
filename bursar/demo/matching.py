"""The demo's matching workbench: lines to decide, lines that wait for receipts, and one decision to take back."""

from bursar.demo.desk import Desk
from chassis.database import Database
from services.billing.storage.workbench import Shown
from services.billing.usecases.decide_match import decide_matches
from services.billing.usecases.read_workbench import read_workbench

_ALL = 500


def ask_for_a_credit(desk: Desk, billing: Database) -> None:
    """Ask the supplier of what was found damaged for a credit, unless something was decided before."""
    if _on_the_bench(desk, billing, "decided"):
        return
    damaged = [line for line in _on_the_bench(desk, billing, "to_decide") if line[1] == "direct"]
    why = "One arrived damaged, as the photo shows: please credit it."
    decide_matches(billing, desk.cast.manager, "credit_requested", why, [key for key, _ in damaged[:1]])


def _on_the_bench(desk: Desk, billing: Database, show: Shown) -> list[tuple[tuple[str, int, int], str]]:
    """The lines with a claim on the supplier, each with how its invoice is settled."""
    after = ("", 0, 0)
    found = read_workbench(billing, desk.cast.manager, show=show, supplier_id=None, after=after, limit=_ALL)
    return [
        ((line.invoice_id, line.line_no, line.school_urn), line.settlement)
        for line in found.lines
        if line.claim_net_pence
    ]
