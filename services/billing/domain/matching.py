"""The three-way match: what was ordered, received and invoiced, for each order line and school, and in total."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from services.billing.domain.judging import Case, Judgment, conclude, judge
from services.billing.domain.line_shares import share_line, whole_line
from services.billing.domain.match_facts import (
    NONE_TOLERATED,
    UNTOUCHED,
    Alike,
    DropLine,
    InvoicedLine,
    Key,
    Match,
    OrderLine,
    Place,
    Standing,
    Tolerance,
)


def match_purchase_order(
    order_lines: Iterable[OrderLine],
    drops: Iterable[DropLine],
    invoiced: Iterable[InvoicedLine],
    standing: Mapping[Key, Standing],
    tolerance: Tolerance = NONE_TOLERATED,
) -> list[Match]:
    """Match every invoiced line of one purchase order, in the order in which the invoices were registered.

    Lines that give back are no matches of their own: `standing` says what was credited of each match. What earlier
    lines have taken of a school's order counts against the later ones, and what is billed against all. If one school's
    share of a line is billed or credited, the other shares of that line keep their quantities. A line whose drops are
    not all known yet, and that names no school, gives no match yet.
    """
    return match_together(order_lines, (), drops, invoiced, standing, tolerance)[1]


def match_together(
    order_lines: Iterable[OrderLine],
    alike: Sequence[Alike],
    drops: Iterable[DropLine],
    invoiced: Iterable[InvoicedLine],
    standing: Mapping[Key, Standing],
    tolerance: Tolerance,
) -> tuple[list[Match], list[Match]]:
    """Match what is alike, each different case once, and the other lines as `match_purchase_order` does.

    Returns a match for each of `alike`, as its first line and school have it, and those of the others.
    """
    lines = {line.line_no: line for line in order_lines}
    judged = [(_judge_alike(each, lines, tolerance), len(each.places)) for each in alike]
    judged += [(judgment, 1) for judgment in _judge_lines(lines, drops, invoiced, standing, tolerance)]
    beyond: dict[str, int] = defaultdict(int)
    if tolerance.pence > 0:
        for judgment, times in judged:
            beyond[judgment.case.item.invoice_id] += judgment.beyond_pence * times
    found = [
        conclude(judgment, total_tolerated=0 < beyond[judgment.case.item.invoice_id] <= tolerance.pence)
        for judgment, _ in judged
    ]
    return found[: len(alike)], found[len(alike) :]


def _judge_alike(alike: Alike, lines: Mapping[int, OrderLine], tolerance: Tolerance) -> Judgment:
    item, order_line, urn = alike.item, lines[alike.item.order_line_no], alike.places[0][1]
    share = whole_line(item, order_line, alike.drop)
    return judge(Case(item, order_line, alike.drop, urn, share, 0, 0, alike.before or UNTOUCHED), tolerance)


def _judge_lines(
    lines: Mapping[int, OrderLine],
    drops: Iterable[DropLine],
    invoiced: Iterable[InvoicedLine],
    standing: Mapping[Key, Standing],
    tolerance: Tolerance,
) -> list[Judgment]:
    by_line: dict[int, dict[int, DropLine]] = defaultdict(dict)
    for drop in drops:
        by_line[drop.line_no][drop.school_urn] = drop
    items = [item for item in invoiced if not item.gives_back]
    billed_lines = {(invoice_id, line_no) for (invoice_id, line_no, _), past in standing.items() if past.billed}
    with_bills = [item for item in items if (item.invoice_id, item.line_no) in billed_lines]
    taken: dict[Place, int] = defaultdict(int)
    taken_pence: dict[Place, int] = defaultdict(int)
    by_invoice: dict[str, list[Judgment]] = defaultdict(list)
    for billed, some in ((True, with_bills), (False, items)):
        for item in some:
            order_line, its_drops = lines[item.order_line_no], by_line[item.order_line_no]
            for urn, share in share_line(item, order_line, its_drops, taken, standing).items():
                before = standing.get((item.invoice_id, item.line_no, urn), UNTOUCHED)
                if before.billed == billed:
                    place = (item.order_line_no, urn)
                    used = (taken[place], taken_pence[place])
                    case = Case(item, order_line, its_drops.get(urn), urn, share, *used, before)
                    judgment = judge(case, tolerance)
                    by_invoice[item.invoice_id].append(judgment)
                    taken[place] += judgment.asked.quantity
                    taken_pence[place] += judgment.allowed.net_pence
    return [judgment for judgments in by_invoice.values() for judgment in judgments]
