"""How the close and its proof look on the wire, and the proof as a file."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from sqlalchemy import Row

from chassis.workbooks import ROWS_A_SHEET, Cell, Table, harmless, tables_as_xlsx
from contracts.money import unit_price_text
from services.orders.api.shapes import Json, advice_json, cheaper_json, instant, next_tier_json
from services.orders.domain.proof import ProofLine, cut_off_pence, explain, remainder
from services.orders.domain.round import Round
from services.orders.domain.tiers import standing
from services.orders.usecases.close_round import Preview
from services.orders.usecases.compute_close import ClosingContract
from services.orders.usecases.read_proof import ProofStream, ProofView, ProvedShare

_ROWS_AT_ONCE = 500
_NO_TIERS: Final[Json] = {**next_tier_json(None, None), "cheaper": None, "advice": None}
_HEADINGS: Final = (
    "Round", "Supplier", "Contract", "Kind", "Code", "Name", "URN", "School", "Wished", "Flexible",
    "Highest price asked", "Fewest schools asked", "Granted", "Reason", "Unit price", "Units of all schools",
    "Pence of all schools", "Shared by", "Weight", "Weight of all schools", "Pence cut off", "Remainder", "Rank",
    "Pennies left over", "Pence", "Explanation",
)  # fmt: skip
_SUMS: Final = ("Supplier", "Contract", "Without VAT")


def preview_json(preview: Preview, now: datetime) -> Json:
    """What closing now would do, with the sums that show that no unit and no penny is lost."""
    return {
        "as_of": instant(now),
        "round_id": preview.round.round_id,
        "round": _open_json(preview.round),
        "purchase_orders": [_contract_json(contract, preview) for contract in preview.contracts],
        "schools": [dict(row._mapping) for row in preview.schools],
        "dropped": [dict(row._mapping) for row in preview.left_out],
        "net_pence": sum(order.net_pence for order in preview.orders),
        "vat_pence": sum(order.vat_pence for order in preview.orders),
        "proof": {
            "units_ordered": sum(line.quantity for line in preview.lines if line.kind == "goods"),
            "units_shared": sum(school.units for school in preview.schools),
            "lines_net_pence": sum(line.net_pence for line in preview.lines),
            "shares_net_pence": sum(school.net_pence for school in preview.schools),
        },
    }


def proof_json(view: ProofView) -> Json:
    """The proof as totals."""
    return {**_head_json(view.round), "items": [_line_json(row, line) for row, line in view.lines]}


def line_proof_json(of: Round, shares: list[ProvedShare]) -> Json:
    """Who got what of one line."""
    line = _line_json(shares[0].row, shares[0].line)
    return {**_head_json(of), "line": line, "items": [_share_json(share) for share in shares]}


def school_proof_json(of: Round, shares: list[ProvedShare]) -> Json:
    """What one school got of every line."""
    items = [{**_share_json(share), "line": _line_json(share.row, share.line)} for share in shares]
    return {**_head_json(of), "items": items}


def proof_csv(stream: ProofStream) -> Iterator[str]:
    """The proof as CSV (UTF-8 with BOM, as spreadsheets expect), some hundred lines at a time as they are read."""
    rows = iter(stream.shares)
    yield "\ufeff" + _csv([_HEADINGS])
    while block := [_cells(stream.round, share) for share in islice(rows, _ROWS_AT_ONCE)]:
        yield _csv([_harmless(cell) for cell in cells] for cells in block)


def proof_xlsx(stream: ProofStream) -> Iterator[bytes]:
    """The same as a spreadsheet, written on while it is read, with the sums of the contracts on a last sheet."""
    sums: dict[tuple[str, str], int] = {}
    rows = _counted(stream, sums)
    sheets = max(1, -(-stream.count // ROWS_A_SHEET))
    titles = ["Proof"] if sheets == 1 else [f"Proof {place}" for place in range(1, sheets + 1)]
    tables = [Table(title, _HEADINGS, rows) for title in titles]
    return tables_as_xlsx([*tables, Table("Sums", _SUMS, _sums(sums))])


def _contract_json(contract: ClosingContract, preview: Preview) -> Json:
    planned = {order.contract_id: order for order in preview.orders}.get(contract.contract_id)
    terms, decision = contract.terms, contract.decision
    return {
        "contract_id": contract.contract_id,
        "contract_title": contract.contract_title,
        "supplier_id": contract.supplier_id,
        "supplier_name": contract.supplier_name,
        "ordered": decision.ordered,
        "goods_pence": contract.goods_pence,
        "minimum_order_pence": terms.minimum_order_pence,
        "below_minimum": decision.below_minimum,
        "minimum_choice": contract.minimum_choice,
        "fee_pence": terms.small_order_fee and terms.small_order_fee.amount_pence,
        "net_pence": planned.net_pence if planned else 0,
        "vat_pence": planned.vat_pence if planned else 0,
        "lines": [_closing_line(line, preview) for line in preview.lines if line.contract_id == contract.contract_id],
    }


def _closing_line(line: Row[Any], preview: Preview) -> Json:
    names = (
        "line_no", "kind", "offer_id", "sku", "name", "unit", "vat_class", "share_by", "reason", "pack", "schools",
        "firm", "flexible", "denied", "quantity", "net_pence",
    )  # fmt: skip
    shape: Json = {name: getattr(line, name) for name in names}
    shape["unit_price"] = unit_price_text(line.unit_price)
    if line.kind == "charge":
        return {**shape, **_NO_TIERS}
    unused = max(line.firm + line.flexible - line.quantity, 0)
    at = standing(preview.offers[line.offer_id].tiers, line.quantity, line.schools, unused)
    return {
        **shape,
        **next_tier_json(at.next_tier, at.units_to_next),
        "cheaper": cheaper_json(at),
        "advice": advice_json(at),
    }


def _open_json(of: Round) -> Json:
    return {
        "round_id": of.round_id,
        "number": of.number,
        "title": of.title,
        "state": of.state,
        "closes_at": instant(of.closes_at),
        "version": of.version,
    }


def _head_json(of: Round) -> Json:
    return {
        "round_id": of.round_id,
        "round_number": of.number,
        "round_title": of.title,
        "closed_at": instant(of.closed_at),
    }


def _line_json(row: Row[Any], line: ProofLine) -> Json:
    names = (
        "position", "contract_id", "contract_title", "supplier_id", "supplier_name", "offer_id", "sku", "name", "unit",
        "vat_class", "line_no",
    )  # fmt: skip
    totals = (
        "kind", "share_by", "reason", "pack", "schools", "firm", "flexible", "denied", "quantity", "net_pence",
        "weight", "left_over",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        **{name: getattr(line, name) for name in totals},
        "unit_price": unit_price_text(line.unit_price),
    }


def _share_json(proved: ProvedShare) -> Json:
    share = proved.share
    limit = share.max_unit_price
    return {
        "school_urn": proved.row.school_urn,
        "school_name": proved.row.school_name,
        "firm": share.firm,
        "flexible": share.flexible,
        "max_unit_price": None if limit is None else unit_price_text(limit),
        "min_schools": share.min_schools,
        "granted": share.granted,
        "reason": share.reason,
        "weight": share.weight,
        "cut_off_pence": cut_off_pence(proved.line, share),
        "remainder": str(remainder(proved.line, share)),
        "rank": share.rank,
        "net_pence": share.net_pence,
        "explanation": explain(proved.line, share),
    }


def _counted(stream: ProofStream, sums: dict[tuple[str, str], int]) -> Iterator[list[Cell]]:
    """The rows of the proof; what they come to, in pence by (supplier, contract), is in `sums` once they are read."""
    for proved in stream.shares:
        whose = (proved.row.supplier_name, proved.row.contract_title)
        sums[whose] = sums.get(whose, 0) + proved.share.net_pence
        yield _cells(stream.round, proved)


def _sums(sums: Mapping[tuple[str, str], int]) -> Iterator[list[Cell]]:
    for (supplier, contract), pence in sorted(sums.items()):
        yield [supplier, contract, Decimal(pence).scaleb(-2)]
    yield ["Together", None, Decimal(sum(sums.values())).scaleb(-2)]


def _cells(of: Round, proved: ProvedShare) -> list[Cell]:
    row, line, share = proved.row, proved.line, proved.share
    names = (row.supplier_name, row.contract_title, line.kind, row.sku, row.name)
    wish = (share.firm, share.flexible, share.max_unit_price, share.min_schools, share.granted, share.reason)
    totals = (line.unit_price, line.quantity, line.net_pence, line.share_by, share.weight, line.weight)
    sharing = (cut_off_pence(line, share), str(remainder(line, share)), share.rank, line.left_over, share.net_pence)
    return [of.number, *names, row.school_urn, row.school_name, *wish, *totals, *sharing, explain(line, share)]


def _csv(rows: Iterable[Sequence[Cell]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def _harmless(cell: Cell) -> Cell:
    return harmless(cell) if isinstance(cell, str) else cell
