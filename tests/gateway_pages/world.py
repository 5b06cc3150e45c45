"""What the services would answer: a small alliance in the middle of its year, in the shapes the services give."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.gateway_pages.answer_world import of_answers
from tests.gateway_pages.bank_world import of_the_bank
from tests.gateway_pages.bench_world import of_the_bench
from tests.gateway_pages.budget_world import a_review, of_budgets
from tests.gateway_pages.close_world import a_preview, of_proof
from tests.gateway_pages.delivery_world import of_deliveries
from tests.gateway_pages.fund_world import of_the_fund
from tests.gateway_pages.ledger_world import of_ledger
from tests.gateway_pages.payment_world import of_payments
from tests.gateway_pages.people import OAK, SUPPLIER, SUPPLIER_ID
from tests.gateway_pages.portal_world import DETAILS, of_portal
from tests.gateway_pages.report_world import of_reports
from tests.gateway_pages.service_world import SERVICE_PO, of_services

Json = dict[str, Any]


def an_id(kind: int, count: int) -> str:
    """A UUID that says what it stands for."""
    return str(UUID(int=(kind << 96) + (4 << 76) + (8 << 60) + count))


def in_days(days: float) -> str:
    """An instant so many days from now."""
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


def day_in(days: int) -> str:
    """A day so many days from today."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


OPEN, DRAFT, CLOSED, SETTLED, WAITING, ABOVE = (an_id(0xA0, count) for count in range(1, 7))
PAPER_PO, CLEANING_PO, REJECTED_PO = (an_id(0xB0, count) for count in range(1, 4))
HELD_INVOICE, BILLED_INVOICE = an_id(0xC0, 1), an_id(0xC0, 2)
BILL, PAID_BILL, DIRECT_BILL, CREDIT_NOTE = an_id(0xD0, 1), an_id(0xD0, 2), an_id(0xD0, 3), an_id(0xD0, 4)
PERSON = an_id(0xE0, 1)
CONTRACT = an_id(0xF0, 1)

SCHOOLS = [
    (910001, "Oak Street Primary School", "primary", 271, "Northfield"),
    (910002, "Elm Park Academy", "secondary", 1247, "Northfield"),
    (910003, "St Brigid’s Catholic Primary School", "primary", 208, "Easterby"),
    (910004, "Fir Tree Infant School and Nursery", "primary", 153, "Easterby"),
    (910005, "The Yew Lodge Special School", "all_through", 91, "Low Marsh"),
    (910006, "Ashcombe and Withern Valley Church of England Voluntary Aided Junior School", "primary", 352, "Withern"),
    (910007, "Rowan High School", "secondary", 1503, "Northfield"),
    (910008, "Hazel Bank Nursery", "nursery", 64, "Low Marsh"),
    (910009, "Larch Community Primary School", "primary", 418, "Easterby"),
    (910010, "Beechwood Middle School", "middle_deemed_secondary", 466, "Withern"),
    (910011, "Sycamore Sixth Form College", "sixteen_plus", 980, "Northfield"),
    (910012, "Maple Grove Primary School", "primary", 239, "Northfield"),
]
STATES = ["approved", "approved", "submitted", "silent", "draft", "approved"]
STATES += ["returned", "silent", "approved", "draft", "submitted", "silent"]

GOODS = [
    ("stationery", "Stationery", "PAP-080", "Copier paper A4, 80 g", "XBX", 5, "S", ("12.5000", "11.8000", "10.9500")),
    ("stationery", "Stationery", "PEN-BLK", "Ballpoint pens, black, medium", "XPK", 50, "S", ("4.2500", "3.9900")),
    ("stationery", "Stationery", "GLU-040", "Glue sticks 40 g", "XPK", 100, "S", ("38.0000", "34.5000")),
    (
        "exercise-books",
        "Exercise books",
        "EXB-A4L",
        "Exercise book A4, 80 pages, 8 mm ruled",
        "C62",
        1,
        "S",
        ("0.3490",),
    ),
    (
        "exercise-books",
        "Exercise books",
        "EXB-9X7",
        "Exercise book 9 × 7 in",
        "C62",
        1,
        "S",
        ("0.2875", "0.2600"),
    ),
    ("cleaning", "Cleaning", "CLN-FLR", "Floor cleaner, neutral, 5 litres", "XBX", 4, "S", ("21.9900", "19.5000")),
    (
        "governance-support",
        "Governance support",
        "GOV-CLK",
        "Clerking of governors’ meetings",
        "HUR",
        1,
        "E",
        ("41.0000",),
    ),
]


def a_round(round_id: str, number: str, title: str, state: str, *, school: bool = False, **more: Any) -> Json:
    """A round as /rounds lists it."""
    shape: Json = {
        "round_id": round_id,
        "number": number,
        "title": title,
        "state": state,
        "opens_at": in_days(-10) if state != "draft" else None,
        "closes_at": in_days(2.6) if state in ("open", "draft") else in_days(-30),
        "delivery_from": day_in(9),
        "delivery_to": day_in(16),
        "closed_at": None if state in ("open", "draft") else in_days(-30),
        "version": 3,
    }
    if school:
        shape["my_order"] = None
    else:
        shape["answers"] = {"approved": 4, "submitted": 2, "draft": 2, "returned": 1, "silent": 3, "dropped": 0}
    return shape | more


def offers(count: int = len(GOODS)) -> list[Json]:
    """Round offers, sorted by category and name as the service gives them."""
    made = []
    for place in range(count):
        code, category, sku, name, unit, pack, vat_class, prices = GOODS[place % len(GOODS)]
        run = place // len(GOODS)
        suffix = f" {run + 1}" if run else ""
        made.append(
            {
                "offer_id": an_id(0x10, place + 1),
                "contract_id": CONTRACT,
                "supplier_id": SUPPLIER_ID,
                "supplier_name": SUPPLIER,
                "category_code": code,
                "category_name": category,
                "sku": f"{sku}{suffix.strip()}",
                "name": f"{name}{suffix}",
                "description": "",
                "unit": unit,
                "pack_size": pack,
                "vat_class": vat_class,
                "vat_rate": "20.00" if vat_class == "S" else "0.00",
                "tiers": [
                    {"from_quantity": (1, 50, 100)[step], "unit_price": price} for step, price in enumerate(prices)
                ],
                "phases": [],
                "withdrawn": False,
            }
        )
    return sorted(made, key=lambda offer: (offer["category_name"], offer["name"]))


def form_offers(count: int = len(GOODS), ordered: int = 3) -> list[Json]:
    """The offers of the order form with what this school and all together have."""
    made = []
    for place, offer in enumerate(offers(count)):
        mine, together = (12 + place if place < ordered else 0), 63 if place % 3 else 12 + place
        tiers = offer["tiers"]
        reached = max(index for index, tier in enumerate(tiers) if together >= tier["from_quantity"] or index == 0)
        coming = tiers[reached + 1] if reached + 1 < len(tiers) else None
        made.append(
            offer
            | {
                "quantity": mine,
                "total_quantity": together,
                "unit_price": tiers[reached]["unit_price"],
                "next_from_quantity": coming and coming["from_quantity"],
                "next_unit_price": coming and coming["unit_price"],
                "units_to_next": coming and coming["from_quantity"] - together,
            }
        )
    return made


def an_order(state: str = "draft", **more: Any) -> Json:
    """A school's order with three lines."""
    lines = [
        {
            "offer_id": offer["offer_id"],
            "sku": offer["sku"],
            "name": offer["name"],
            "unit": offer["unit"],
            "category_name": offer["category_name"],
            "quantity": offer["quantity"],
            "unit_price": offer["unit_price"],
            "net_pence": 42500 + place,
            "vat_pence": 8500,
            "vat_class": offer["vat_class"],
            "vat_rate": "5.00" if place == 1 else "20.00",
            "vat_certificate": "VAT 7 of 1 September 2026" if place == 1 else "",
        }
        for place, offer in enumerate(form_offers()[:3])
    ]
    sent = state in ("submitted", "approved")
    history = [{"at": in_days(-3), "person": "Beth Buyer", "action": "saved", "detail": None}]
    if sent:
        history.append({"at": in_days(-1), "person": "Beth Buyer", "action": "submitted", "detail": None})
    return {
        "round_id": OPEN,
        "round_number": "R-0003",
        "round_title": "Autumn stationery",
        "closes_at": in_days(2.6),
        "school_urn": OAK,
        "school_name": "Oak Street Primary School",
        "state": state,
        "version": 4,
        "reference": "O-000012" if sent else None,
        "lines": [] if state == "silent" else lines,
        "net_pence": 127503,
        "vat_pence": 25500,
        "gross_pence": 153003,
        "worst_gross_pence": 171250,
        "fund": "delegated",
        "site_id": None,
        "note": "",
        "site_name": None,
        "submitted_by": "Beth Buyer" if sent else None,
        "submitted_at": in_days(-1) if sent else None,
        "approved_by": "Ada Approver" if state == "approved" else None,
        "approved_at": in_days(-0.5) if state == "approved" else None,
        "return_reason": "Too many pens: we have three boxes left." if state == "returned" else None,
        "changed_by": None if state == "silent" else "Colin Clerk",
        "changed_at": None if state == "silent" else "2026-11-20T14:05:00Z",
        "history": [] if state == "silent" else history,
    } | more


WISHES: Json = {"flexible": 6, "max_unit_price": "41.0000", "min_schools": 5, "note": "Mrs Fry’s dates, please"}


def a_line(offer_id: str, quantity: int, **wishes: Any) -> Json:
    """A line as a school entered it."""
    none: Json = {"flexible": 0, "max_unit_price": None, "min_schools": None, "note": ""}
    return {"offer_id": offer_id, "quantity": quantity, **none, **wishes}


def a_lines_report() -> Json:
    """What a pasted list would put into the order."""
    placed = form_offers()
    shown = ("offer_id", "sku", "name", "unit", "supplier_name", "unit_price", "next_from_quantity", "next_unit_price")
    found = [
        {name: offer[name] for name in (*shown, "units_to_next")}
        | {"quantity": 20, "ordered": ordered, "rows": rows, "last_unit_price": last}
        for offer, ordered, rows, last in (
            (placed[0], 12, [2], "20.5000"),
            (placed[4], 0, [3, 9], None),
            (placed[5], 20, [4], placed[5]["unit_price"]),
        )
    ]
    left_out = [
        (5, "CHK-100 · Chalk, white", "3", "unknown", "This round offers nothing with this code or name.", None),
        (6, "PAP-080 · Paper", "a few", "unreadable_quantity", "The quantity is not a whole number.", placed[6]),
        (7, "GOV-CLK", "", "no_quantity", "No quantity.", placed[3]),
    ]
    return {
        "version": 4,
        "columns": {"code": 0, "name": None, "quantity": 2},
        "lines": found,
        "left_out": [
            {
                "row": row,
                "text": text,
                "quantity": quantity,
                "reason": reason,
                "message": message,
                "offer_id": offer and offer["offer_id"],
                "name": offer and offer["name"],
            }
            for row, text, quantity, reason, message, offer in left_out
        ],
    }


def a_form(count: int = len(GOODS), state: str = "draft") -> Json:
    """The order form in one answer."""
    order = an_order(state)
    for absent in ("lines", "history", "round_id", "round_number", "round_title", "closes_at"):
        del order[absent]
    round_ = a_round(OPEN, "R-0003", "Autumn stationery", "open", school=True)
    placed = form_offers(count)
    standing = ("offer_id", "total_quantity", "unit_price", "next_from_quantity", "next_unit_price", "units_to_next")
    own = ("quantity", *standing[1:])
    return {
        "round": round_,
        "order": order,
        "budgets": a_review()["budgets"],
        "contracts": [
            {
                "contract_id": CONTRACT,
                "contract_title": "Cleaning materials",
                "supplier_name": "Fenwright Paper Ltd",
                "minimum_order_pence": 20000,
                "charges": [{"name": "Delivery", "amount_pence": 4500, "share_by": "value", "free_from_pence": 100000}],
                "small_order_fee": {
                    "name": "Small-order fee",
                    "amount_pence": 1500,
                    "share_by": "equal",
                    "free_from_pence": None,
                },
            }
        ],
        "vat": [
            {
                "offer_id": placed[1]["offer_id"],
                "vat_class": "S",
                "vat_rate": "5.00",
                "vat_certificate": "VAT 7 of 1 September 2026",
            }
        ],
        "lines": [
            a_line(offer["offer_id"], offer["quantity"], **(WISHES if place == 2 else {}))
            for place, offer in enumerate(placed)
            if offer["quantity"] and state != "silent"
        ],
        "last": [
            {
                "offer_id": offer_id,
                "sku": sku,
                "name": name,
                "quantity": quantity,
                "unit_price": "12.0000",
                "round_number": "R-0001",
                "round_title": "Summer term",
            }
            for offer_id, sku, name, quantity in (
                (placed[0]["offer_id"], placed[0]["sku"], placed[0]["name"], 10),
                (placed[4]["offer_id"], placed[4]["sku"], placed[4]["name"], 1250),
                (None, "CHK-100", "Chalk, white", 3),
            )
        ],
        "sites": [
            {
                "site_id": an_id(0x30, 1),
                "name": "Main school",
                "address": "Oak Street",
                "postcode": "NF1 4QX",
                "main": True,
            },
            {
                "site_id": an_id(0x30, 2),
                "name": "Infants",
                "address": "Elm Row 2",
                "postcode": "NF1 4QZ",
                "main": False,
            },
        ],
        "offers_version": 0,
        "standings": [
            {name: offer[name] for name in standing} | {"schools": 6, "flexible": 0, "advice": None} for offer in placed
        ],
        "offers": [{name: value for name, value in offer.items() if name not in own} for offer in placed],
    }


def a_purchase_order(
    purchase_order_id: str = PAPER_PO, state: str = "accepted", *, own: bool = False, **more: Any
) -> Json:
    """A purchase order whole; with `own` as a school sees it."""
    schools = SCHOOLS[:1] if own else SCHOOLS[:4]
    goods = offers()[4:7]
    drops = []
    for place, (urn, name, _, _, town) in enumerate(schools):
        came = (0, 9, 41, 0)[place]
        drops.append(
            {
                "school_urn": urn,
                "school_name": name,
                "postcode": f"NF{place + 1} 4QX",
                "town": town,
                "state": ("awaited", "part", "received", "awaited")[place],
                "lines": [
                    {
                        "line_no": line,
                        "quantity": (34, 41, 41, 9)[place],
                        "net_pence": (37230, 44895, 44895, 9855)[place],
                        "quantity_received": came,
                        "promised_on": None,
                        "vat_class": "S",
                        "vat_reduced": False,
                        "vat_rate": "20.00",
                        "vat_certificate": "",
                    }
                    for line in (1, 2, 3)
                ],
            }
        )
    lines = [
        {
            "line_no": line,
            "kind": "goods",
            "offer_id": offer["offer_id"],
            "sku": offer["sku"],
            "name": offer["name"],
            "unit": offer["unit"],
            "vat_class": offer["vat_class"],
            "unit_price": "10.9500",
            "quantity": 34 if own else 125,
            "net_pence": 37230 if own else 136875,
        }
        for line, offer in enumerate(goods, start=1)
    ]
    return a_purchase_order_head(purchase_order_id, state) | {"lines": lines, "drops": drops}


def a_purchase_order_head(purchase_order_id: str = PAPER_PO, state: str = "accepted", **more: Any) -> Json:
    """A purchase order as the list has it."""
    return {
        "purchase_order_id": purchase_order_id,
        "number": f"PO-00000{purchase_order_id[-1]}",
        "round_id": CLOSED,
        "round_number": "R-0002",
        "round_title": "Back to school",
        "title": "Back to school",
        "plan_id": None,
        "contract_id": CONTRACT,
        "contract_title": "Paper and stationery 2025–2028",
        "supplier_id": SUPPLIER_ID,
        "supplier_name": SUPPLIER,
        "state": state,
        "reason": "We cannot deliver within these dates." if state == "rejected" else None,
        "issued_at": in_days(-6),
        "acknowledged_at": None if state == "issued" else in_days(-5),
        "delivery_from": day_in(-2),
        "delivery_to": day_in(5),
        "net_pence": 410625,
        "vat_pence": 82125,
        "version": 2,
        "revision": 1,
        "answer_state": None,
        "drop_count": 4,
        "received_count": 1,
    } | more


def an_amendment(amendment_id: str, state: str = "proposed", **more: Any) -> Json:
    """A change of a committed line, which the school has still to agree to."""
    urn, name, *_ = SCHOOLS[0]
    item = offers()[4]
    asked = {"at": in_days(-2), "person": "Sam Sales", "party": "supplier"}
    agreements = [
        {"party": "school", "person": None, "at": None},
        asked,
        {"party": "alliance", "person": "Morgan Manager", "at": in_days(-1)},
    ]
    return {
        "amendment_id": amendment_id,
        "purchase_order_id": PAPER_PO,
        "school_urn": urn,
        "school_name": name,
        "line_no": 1,
        "name": item["name"],
        "sku": item["sku"],
        "unit": item["unit"],
        "unit_price": "10.9500",
        "quantity_before": 34,
        "quantity": 30,
        "net_before_pence": 37230,
        "net_pence": 32850 if state == "applied" else None,
        "reason": "The mill can send only 30 before January.",
        "proposed_by": "Sam Sales",
        "proposed_for": "supplier",
        "proposed_at": in_days(-2),
        "agreements": agreements,
        "state": state,
        "decision": "We need them all." if state == "refused" else None,
        "revision": 2 if state == "applied" else None,
        "history": [{**asked, "action": "asked", "detail": "34 → 30: The mill can send only 30 before January."}],
        "version": 2,
        "answer_id": None,
        "new_unit_price": None,
        "asked_net_pence": None,
        "substitute_sku": None,
        "substitute_name": None,
        "promised_on": None,
    } | more


CHART = b'<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"><rect width="60" height="12"/></svg>'


def a_report(name: str, title: str) -> Json:
    """A report of two categories, with a chart."""
    columns = [
        {"key": "category_name", "label": "Category", "kind": "text", "added": False},
        {"key": "alone_pence", "label": "Alone", "kind": "money", "added": True},
        {"key": "net_pence", "label": "Together", "kind": "money", "added": True},
        {"key": "saved_pence", "label": "Saved", "kind": "money", "added": True},
    ]
    rows = [
        {"category_name": "Cleaning", "alone_pence": 120000, "net_pence": 108000, "saved_pence": 12000},
        {"category_name": "Stationery", "alone_pence": 937500, "net_pence": 885000, "saved_pence": 52500},
    ]
    section = {
        "title": "By category",
        "note": "Without VAT and without charges.",
        "chart": "Saved by category, in pounds",
        "columns": columns,
        "rows": rows,
        "sums": {"alone_pence": 1057500, "net_pence": 993000, "saved_pence": 64500},
    }
    sentence = "The schools saved £645.00, 6.1 % by ordering together."
    return {"name": name, "title": title, "sentence": sentence, "sections": [section]}


def an_invoice(invoice_id: str = HELD_INVOICE, state: str = "held") -> Json:
    """A supplier invoice with its match: one line short, one at another price, one released."""
    lines = [
        {
            "line_no": 1,
            "order_line_no": 1,
            "school_urn": None,
            "name": "Copier paper A4, 80 g",
            "quantity": 102,
            "unit_price": "10.9500",
            "net_pence": 111690,
            "vat_pence": 22338,
            "vat_class": "S",
            "vat_rate": "20.00",
        }
    ]
    quantities = [(34, 34, 34, "billable", []), (41, 38, 41, "held", ["quantity_short"])]
    quantities += [(18, 0, 18, "held", ["not_received", "price"]), (9, 9, 9, "billed", [])]
    matches = [
        {
            "line_no": 1,
            "order_line_no": 1,
            "school_urn": SCHOOLS[place][0],
            "school_name": SCHOOLS[place][1],
            "quantity_ordered": ordered,
            "quantity_received": received,
            "quantity_invoiced": invoiced,
            "unit_price_ordered": "10.9500",
            "unit_price_invoiced": "11.2000" if "price" in reasons else "10.9500",
            "net_pence": invoiced * 1095,
            "vat_pence": invoiced * 219,
            "state": match_state,
            "reasons": reasons,
            "billable_quantity": 0 if match_state == "held" else received,
            "billable_net_pence": 0,
            "billable_vat_pence": 0,
            "tolerated": [],
            "disputed": False,
            "credit_requested": reasons == ["quantity_short"],
            **{
                f"{amount}_{figure}": 0
                for amount in ("credited", "claim", "due", "returned")
                for figure in ("quantity", "net_pence", "vat_pence")
            },
            "on_bill_id": BILL if match_state == "billed" else None,
            "on_bill_number": "B-000042" if match_state == "billed" else None,
            "stays_why": None,
            "claim_quantity": 3 if reasons == ["quantity_short"] else 0,
            "claim_net_pence": 3285 if reasons == ["quantity_short"] else 0,
            "decisions": [
                {
                    "decision": "credit_requested",
                    "by": "Morgan Manager",
                    "at": in_days(-1),
                    "reasons": reasons,
                    "why": "Three boxes short",
                }
            ]
            if reasons == ["quantity_short"]
            else [],
            "accepted": {"by": "Morgan Manager", "at": in_days(-1), "reasons": ["price"], "why": "Agreed by telephone"}
            if match_state == "billed"
            else None,
        }
        for place, (ordered, received, invoiced, match_state, reasons) in enumerate(quantities)
    ]
    return an_invoice_head(invoice_id, state) | {
        "lines": lines,
        "line_count": len(lines),
        "matches": matches,
        "match_count": len(matches),
        "held_count": sum(match["state"] == "held" for match in matches),
        "differing_line_count": len({match["line_no"] for match in matches if match["state"] == "held"}),
        "totals": in_total(),
        "schools": [_effect(match) for match in matches],
    }


def _effect(match: Json) -> Json:
    """What an invoice does to a school with one match."""
    return {
        "school_urn": match["school_urn"],
        "school_name": match["school_name"],
        "invoiced_net_pence": match["net_pence"],
        "to_bill_net_pence": 0,
        "billed_net_pence": match["billable_net_pence"] if match["state"] == "billed" else 0,
        "held_net_pence": match["net_pence"] if match["state"] == "held" else 0,
        "credited_net_pence": 0,
    }


def in_total() -> Json:
    """Order, receipts and invoice in total."""
    return {
        "ordered_net_pence": 111690,
        "received_net_pence": 88695,
        "invoiced_net_pence": 111690,
        "credited_net_pence": 0,
        "agreed_net_pence": 88695,
        "tolerated_net_pence": 0,
        "claimed_net_pence": 3285,
        "awaiting_net_pence": 19710,
        "verdict": "awaiting",
    }


def a_claim() -> Json:
    """What a supplier has still to credit."""
    return {
        "supplier_invoice_id": HELD_INVOICE,
        "our_number": "SI-000001",
        "number": "INV-0041",
        "supplier_id": SUPPLIER_ID,
        "supplier_name": SUPPLIER,
        "purchase_order_id": PAPER_PO,
        "purchase_order_number": "PO-000001",
        "line_no": 1,
        "order_line_no": 1,
        "name": "Copier paper A4, 80 g",
        "school_urn": SCHOOLS[1][0],
        "school_name": SCHOOLS[1][1],
        "state": "held",
        "reasons": ["quantity_short"],
        "quantity": 3,
        "net_pence": 3285,
        "vat_pence": 657,
        "requested_by": "Morgan Manager",
        "requested_at": in_days(-1),
        "why": "Three boxes short",
    }


def a_credit_note() -> Json:
    """What a school gets back of a bill, with its line."""
    line = {
        "line_no": 1,
        "bill_line_no": 1,
        "purchase_order_number": "PO-000001",
        "supplier_name": SUPPLIER,
        "sku": "PAP-080",
        "name": "Copier paper A4, 80 g",
        "unit": "XBX",
        "quantity": 2,
        "unit_price": "10.9500",
        "net_pence": 2190,
        "vat_pence": 438,
        "vat_class": "S",
        "ledger_code": "E19",
    }
    return {
        "credit_note_id": CREDIT_NOTE,
        "number": "CN-000001",
        "bill_id": BILL,
        "bill_number": "B-000001",
        "school_urn": OAK,
        "school_name": "Oak Street Primary School",
        "title": "Back to school",
        "issue_date": day_in(-1),
        "net_pence": 2190,
        "vat_pence": 438,
        "gross_pence": 2628,
        "lines": [line],
    }


def an_invoice_head(invoice_id: str = HELD_INVOICE, state: str = "held") -> Json:
    """A supplier invoice as the list has it."""
    return {
        "supplier_invoice_id": invoice_id,
        "our_number": f"SI-00000{invoice_id[-1]}",
        "supplier_id": SUPPLIER_ID,
        "supplier_name": SUPPLIER,
        "number": f"INV-004{invoice_id[-1]}",
        "issue_date": day_in(-3),
        "due_date": day_in(27),
        "purchase_order_id": PAPER_PO,
        "purchase_order_number": "PO-000001",
        "kind": "invoice",
        "credits": [],
        "buyer_urn": None,
        "currency": "GBP",
        "net_pence": 111690,
        "vat_pence": 22338,
        "gross_pence": 134028,
        "paid_pence": 0 if state == "held" else 134028,
        "state": state,
        "answer": "under_query" if state == "held" else "paid",
        "original_type": "application/xml",
        "original_sha256": "0" * 64,
        "registered_by": "Sam Sales",
        "registered_at": in_days(-3),
    }


def a_bill(bill_id: str = BILL, state: str = "open", **more: Any) -> Json:
    """A bill with its lines."""
    line = {
        "purchase_order_number": "PO-000001",
        "supplier_name": SUPPLIER,
        "line_no": 1,
        "sku": "PAP-080",
        "name": "Copier paper A4, 80 g",
        "unit": "XBX",
        "quantity": 34,
        "unit_price": "10.9500",
        "net_pence": 37230,
        "vat_pence": 7446,
        "vat_class": "S",
        "vat_rate": "20.00",
        "taken_off": False,
        "ledger_code": "E19",
        "supplier_invoice_id": HELD_INVOICE,
    }
    total = {"vat_class": "S", "vat_rate": "20.00", "net_pence": 37230, "vat_pence": 7446}
    return {
        "bill_id": bill_id,
        "number": f"B-00000{bill_id[-1]}",
        "payment_reference": f"B-00000{bill_id[-1]}",
        "school_urn": OAK,
        "school_name": "Oak Street Primary School",
        "round_id": CLOSED,
        "round_title": "Back to school",
        "purchase_order_id": None,
        "title": "Back to school",
        "issue_date": day_in(-2),
        "due_date": day_in(28),
        "net_pence": 37230,
        "vat_pence": 7446,
        "gross_pence": 44676,
        "paid_pence": 44676 if state == "paid" else 0,
        "paid_on": None,
        "paid_noted_by": None,
        "credited_pence": 0,
        "settlement": "recharge",
        "pay_to": "",
        "purpose": "general",
        "state": state,
        "lines": [line],
        "vat_totals": [total],
        "disputes": [],
        "late": None,
        "pay_into": {"name": "Orchard Schools", "sort_code": "204577", "account_number": "10203040"},
    } | more


LATE: Json = {"days": 12, "per_cent": "11.75", "interest_pence": 173, "compensation_pence": 4000}
DISPUTE = an_id(0x55, 1)


def a_dispute(state: str = "open", **more: Any) -> Json:
    """What a school disputes of a bill's line."""
    answered = state != "open"
    return {
        "dispute_id": DISPUTE,
        "bill_id": PAID_BILL,
        "bill_number": "B-000002",
        "line_no": 1,
        "line_name": "Copier paper A4, 80 g",
        "school_urn": OAK,
        "school_name": "Oak Street Primary School",
        "state": state,
        "why": "Four boxes were wet",
        "raised_by": "Bea Buyer",
        "raised_at": in_days(-3),
        "net_pence": 4380 if answered else 0,
        "vat_pence": 876 if answered else 0,
        "answer": "We claim them of the supplier." if answered else None,
        "answered_by": "Morgan Manager" if answered else None,
        "answered_at": in_days(-1) if answered else None,
    } | more


_BILL_ALONE = ("lines", "vat_totals", "disputes", "late", "pay_into")


def headed(bill: Json) -> Json:
    """A bill as the list has it."""
    return {name: value for name, value in bill.items() if name not in _BILL_ALONE}


def a_school(urn: int, name: str, phase: str, pupils: int, town: str) -> Json:
    """A school as the members service has it."""
    return {
        "urn": urn,
        "name": name,
        "phase": phase,
        "type_code": "1",
        "type_name": "Community school",
        "vat_refund": "authority",
        "financial_year": "april",
        "la_code": "886",
        "establishment_number": "2001",
        "low_age": 4,
        "high_age": 11,
        "pupils": pupils,
        "pupils_on": "2026-01-15",
        "pupils_source": "census",
        "postcode": "NF1 4QX",
        "town": town,
        "joined_on": "2024-09-01",
        "left_on": None,
        "membership_class": "full",
        "version": 1,
    }


def _ready(title: str, **figures: Any) -> Json:
    nothing = {"schools_to_bill": 0, "bill_pence": 0, "schools_to_credit": 0, "credit_pence": 0}
    return {"round_id": None, "purchase_order_id": None, "title": title} | nothing | figures


def listed(*items: Json) -> Json:
    """A list as services answer it."""
    return {"items": list(items), "next": None}


def answers(*, school: bool = False) -> dict[tuple[str, str], Any]:
    """What each GET answers, by service and path; `school` gives what a school's people see."""
    mine = {"state": "submitted", "reference": "O-000012", "net_pence": 127503, "version": 4}
    rounds = [
        a_round(OPEN, "R-0003", "Autumn stationery", "open", school=school),
        a_round(CLOSED, "R-0002", "Back to school", "ordered", school=school),
        a_round(SETTLED, "R-0001", "Summer term cleaning", "settled", school=school),
    ]
    if school:
        rounds[1]["my_order"] = mine | {"state": "approved"}
        rounds[2]["my_order"] = mine | {"state": "dropped", "reference": None}
    else:
        rounds.insert(0, a_round(DRAFT, "R-0004", "Spring grounds and cleaning", "draft"))
    by_id = {each["round_id"]: each for each in rounds}
    found: dict[tuple[str, str], Any] = {("orders", "/rounds"): listed(*rounds)}
    for round_id, each in by_id.items():
        found["orders", f"/rounds/{round_id}"] = each | {"offers": offers()}
        found["orders", f"/rounds/{round_id}/orders/{OAK}"] = an_order()
    found |= of_the_bench()
    found |= _of_open_round() | _of_orders(school) | _of_billing() | _of_members() | _of_catalogue()
    found |= of_services(school=school) | of_reports()
    for round_id in (WAITING, ABOVE):
        found["orders", f"/rounds/{round_id}/orders/{OAK}"] = an_order("submitted", round_id=round_id)
    found |= of_budgets([OPEN, CLOSED, SETTLED, WAITING], above=ABOVE)
    return copy.deepcopy(found)


def _of_open_round() -> dict[tuple[str, str], Any]:
    board = [
        {
            "school_urn": urn,
            "school_name": name,
            "phase": phase,
            "state": state,
            "reference": f"O-0000{place:02d}" if state in ("approved", "submitted") else None,
            "net_pence": 0 if state == "silent" else 37230 * (place + 1),
            "updated_at": None if state == "silent" else in_days(-place),
        }
        for place, ((urn, name, phase, _, _), state) in enumerate(zip(SCHOOLS, STATES, strict=True))
    ]
    totals = [
        {
            "offer_id": offer["offer_id"],
            "quantity": offer["total_quantity"],
            "schools": 6,
            "unit_price": offer["unit_price"],
            "net_pence": 109740,
            "next_from_quantity": offer["next_from_quantity"],
            "next_unit_price": offer["next_unit_price"],
            "units_to_next": offer["units_to_next"],
            "cheaper": {"quantity": 100, "net_pence": 109500} if place == 1 else None,
            "flexible": 4 * place,
            "advice": {"units": 7, "saves_pence": 240, "offered": 4} if place == 1 else None,
        }
        for place, offer in enumerate(form_offers())
    ]
    schools = [(urn, name) for urn, name, *_ in SCHOOLS[:4]]
    return {
        ("orders", f"/rounds/{OPEN}/orders"): listed(*board),
        ("orders", f"/rounds/{CLOSED}/orders"): listed(*board),
        ("orders", f"/rounds/{OPEN}/totals"): {"as_of": in_days(0), "items": totals},
        ("orders", f"/rounds/{CLOSED}/totals"): {"as_of": in_days(0), "items": totals},
        ("orders", f"/rounds/{OPEN}/close-preview"): a_preview(
            a_round(OPEN, "R-0003", "Autumn stationery", "open"), CONTRACT, schools, in_days(0)
        ),
        **of_proof(CLOSED, schools, in_days(-1)),
        ("orders", f"/rounds/{OPEN}/orders/{OAK}/form"): a_form(),
    }


def order_documents(revision: int, states: tuple[str, str, str]) -> dict[str, Any]:
    """The documents of an order, its PDF, spreadsheet and Peppol orders in these states, and those it had before."""
    forms = ("pdf", "xlsx", "xml")

    def one(form: str, of: int, state: str) -> dict[str, Any]:
        made = state == "made"
        return {
            "form": form, "revision": of, "state": state, "progress": {"made": 100, "making": 42}.get(state, 0),
            "code": "electronic_address_missing" if state == "refused" else None,
            "reason": "Fenwright Paper has no electronic address." if state == "refused" else None,
            "media_type": "application/pdf" if made else None, "file_name": f"PO-000001.{form}" if made else None,
            "size": 70_585 if made else None, "sha256": "00" * 32 if made else None,
            "made_at": in_days(-1) if made else None,
        }  # fmt: skip

    items = [one(form, revision, state) for form, state in zip(forms, states, strict=True)]
    before = [one(form, of, "made") for of in range(revision - 1, 0, -1) for form in forms]
    ready = not {"queued", "making"} & set(states)
    return {"revision": revision, "ready": ready, "progress": 100 if ready else 47, "items": items + before}


def _of_orders(school: bool) -> dict[tuple[str, str], Any]:
    counts = {"drop_count": 1, "received_count": 0} if school else {}
    heads = [
        a_purchase_order_head(PAPER_PO, "accepted", **counts),
        a_purchase_order_head(CLEANING_PO, "accepted" if school else "issued", **counts),
        a_purchase_order_head(REJECTED_PO, "rejected", **counts),
    ]
    if school:
        heads[1]["received_count"] = 1
    cleaning = a_purchase_order(CLEANING_PO, "issued", own=school)
    return {
        ("orders", "/purchase-orders"): listed(*heads),
        ("orders", f"/purchase-orders/{PAPER_PO}"): a_purchase_order(own=school),
        ("orders", f"/purchase-orders/{PAPER_PO}/answers"): listed(),
        ("orders", f"/purchase-orders/{PAPER_PO}/documents"): order_documents(2, ("made", "made", "refused")),
        ("orders", f"/purchase-orders/{CLEANING_PO}/documents"): order_documents(1, ("making", "made", "queued")),
        ("orders", f"/purchase-orders/{REJECTED_PO}/answers"): listed(),
        **of_deliveries(a_purchase_order(own=school)),
        ("orders", "/order-reports/savings"): a_report("savings", "Savings"),
        ("orders", "/order-reports/savings/charts/0"): CHART,
        ("orders", "/order-reports/suppliers"): a_report("suppliers", "Suppliers’ deliveries"),
        ("orders", "/order-reports/suppliers/charts/0"): CHART,
        ("orders", f"/rounds/{CLOSED}/report/charts/0"): CHART,
        ("orders", f"/rounds/{CLOSED}/report"): a_report("round", "R-0002 · Back to school"),
        ("orders", f"/purchase-orders/{PAPER_PO}/amendments"): listed(
            an_amendment(an_id(9, 1)), an_amendment(an_id(9, 2), "refused", line_no=2)
        ),
        ("orders", f"/purchase-orders/{CLEANING_PO}"): cleaning,
        **({} if school else of_answers(cleaning)),
        ("orders", f"/purchase-orders/{REJECTED_PO}"): a_purchase_order(REJECTED_PO, "rejected", own=school),
    }


def _of_billing() -> dict[tuple[str, str], Any]:
    held, billed = an_invoice(), an_invoice(BILLED_INVOICE, "billed")
    billed["matches"] = []
    disputes = [a_dispute("upheld", dispute_id=an_id(0x55, 2)), a_dispute()]
    bills = [a_bill(late=LATE, due_date=day_in(-12)), a_bill(PAID_BILL, "disputed", disputes=disputes)]
    quoted = {"number": "DB-000001", "payment_reference": "FP-20311", "settlement": "direct", "pay_to": SUPPLIER}
    direct = a_bill(DIRECT_BILL, "held", **quoted)
    direct["lines"][0] |= {"state": "held", "reasons": ["quantity_short"]}
    statement: list[Json] = [
        {"on": day_in(-40), "kind": "bill", "number": "B-000002", "description": "Bill for Summer term cleaning"},
        {"on": day_in(-20), "kind": "receipt", "number": "B-000002", "description": "Payment received"},
        {"on": day_in(-2), "kind": "bill", "number": "B-000001", "description": "Bill for Back to school"},
    ]
    amounts = [(44676, 0, 44676), (0, 44676, 0), (44676, 0, 44676)]
    for item, (debit, credit, balance) in zip(statement, amounts, strict=True):
        item |= {"debit_pence": debit, "credit_pence": credit, "balance_pence": balance}
        item |= {"document_id": BILL, "bill_id": BILL}
    balances = [
        ("1000", "Bank", 53873, 0),
        ("1100", "Schools’ accounts", 44676, 0),
        ("2000", "Supplier accounts", 0, 98549),
    ]
    return {
        ("billing", "/supplier-invoices"): listed(an_invoice_head(), an_invoice_head(BILLED_INVOICE, "billed")),
        ("billing", f"/supplier-invoices/{HELD_INVOICE}"): held,
        ("billing", f"/supplier-invoices/{BILLED_INVOICE}"): billed,
        **{
            ("billing", f"/supplier-invoices/{each['supplier_invoice_id']}/{name}"): listed(*each[name])
            for each in (held, billed)
            for name in ("lines", "matches")
        },
        ("billing", "/bills"): listed(*map(headed, [*bills, direct])),
        ("billing", "/bills/ready"): listed(
            _ready("Autumn stationery", round_id=CLOSED, schools_to_bill=2, bill_pence=44_676),
            _ready("Payroll, October", purchase_order_id=SERVICE_PO, schools_to_credit=1, credit_pence=5_256),
        ),
        ("billing", f"/bills/{BILL}"): bills[0],
        ("billing", f"/bills/{PAID_BILL}"): bills[1],
        ("billing", f"/bills/{DIRECT_BILL}"): direct,
        ("billing", "/credit-notes"): listed(headed(a_credit_note())),
        ("billing", f"/credit-notes/{CREDIT_NOTE}"): a_credit_note(),
        ("billing", "/credit-claims"): listed(a_claim()),
        ("billing", "/bill-disputes"): listed(*disputes),
        ("billing", "/reference-rates"): listed({"from_on": "2026-01-01", "per_cent": "3.75"}),
        ("billing", f"/accounts/{OAK}/electronic-address"): {
            "school_urn": OAK,
            "school_name": "Oak Street Primary School",
            "scheme": None,
            "identifier": None,
            "vat_number": None,
            "version": 0,
        },
        ("billing", f"/accounts/{OAK}"): {
            "on": day_in(0),
            "aged": dict.fromkeys(
                ("to_60_pence", "to_90_pence", "over_90_pence", "in_credit_pence", "current_pence"), 0
            )
            | {"to_30_pence": 44676},
            "open_bills": [
                {
                    "bill_id": BILL,
                    "number": "B-000001",
                    "title": "Back to school",
                    "payment_reference": "B-000001/910001",
                    "due_date": day_in(-12),
                    "open_pence": 44676,
                    "days_overdue": 12,
                    "disputed": True,
                    "late": LATE,
                }
            ],
            "school_urn": OAK,
            "school_name": "Oak Street Primary School",
            "items": statement,
            "balance_pence": 44676,
            "pay_into": [
                {
                    "name": "Orchard Schools Alliance",
                    "sort_code": "204577",
                    "account_number": "10203040",
                    "bills": ["B-000001"],
                }
            ],
            "pay_suppliers": [headed(direct)],
            "on_account_pence": 2000,
        },
        **of_the_bank(),
        ("billing", "/reports/trial-balance"): {
            "items": [
                {"account": account, "name": name, "debit_pence": debit, "credit_pence": credit}
                for account, name, debit, credit in balances
            ]
        },
    }


def _of_members() -> dict[tuple[str, str], Any]:
    schools = [a_school(*each) for each in SCHOOLS]
    supplier = {
        "supplier_id": SUPPLIER_ID,
        "name": SUPPLIER,
        "email": "sales@fenwright.example",
        "vat_number": "GB123456782",
        **DETAILS,
        "version": 1,
    }
    role = {"role": "school_buyer", "school_urn": OAK, "supplier_id": None, "starts_on": "2024-09-01", "ends_on": None}
    person = {
        "person_id": PERSON,
        "name": "Beth Buyer",
        "email": "beth@example.org",
        "roles": [role, role | {"role": "alliance_manager", "school_urn": None, "ends_on": "2027-08-31"}],
        "version": 1,
    }
    return {
        ("members", "/schools"): listed(*schools),
        **{("members", f"/schools/{school['urn']}"): school for school in schools},
        **of_portal(),
        **of_payments(),
        **of_ledger(),
        **of_the_fund(),
        ("members", "/suppliers"): listed(supplier),
        ("members", f"/suppliers/{SUPPLIER_ID}"): supplier,
        ("members", "/people"): listed(person),
        ("members", f"/people/{PERSON}"): person,
        ("members", f"/schools/{OAK}/memberships"): listed(
            {"joined_on": "2022-09-01", "left_on": "2023-08-31", "membership_class": "associate"},
            {"joined_on": "2024-09-01", "left_on": None, "membership_class": "full"},
        ),
        ("members", f"/schools/{OAK}/pupil-counts"): listed(
            {"counted_on": "2026-01-15", "pupils": 271, "source": "school census"},
            {"counted_on": None, "pupils": 260, "source": "census"},
        ),
        ("members", f"/schools/{OAK}/sites"): listed(*SITES),
        ("members", f"/imports/{IMPORT}"): an_import(),
        ("members", f"/imports/{IMPORT}/rows"): listed(*IMPORT_ROWS),
    }


SITES: list[Json] = [
    {
        "site_id": an_id(0x30, 1),
        "name": "Main building",
        "address": "Oak Street\nNorthfield",
        "postcode": "NF1 4QX",
        "instructions": "The kitchen door, before 14:30. Ask for the caretaker.",
        "main": True,
    },
    {
        "site_id": an_id(0x30, 2),
        "name": "Forest annexe",
        "address": "Mill Lane\nNorthfield",
        "postcode": "NF1 4QZ",
        "instructions": "",
        "main": False,
    },
]
IMPORT = an_id(0x31, 1)
IMPORT_ROWS: list[Json] = [
    {"line": 2, "subject": str(OAK), "name": "Oak Street Primary School", "outcome": "changed", "code": "",
     "details": ["Pupils: 271 → 290", "Counted on: 2026-01-15 → 2026-05-21"]},
    {"line": 3, "subject": "200002", "name": "Oast Hill Infant School", "outcome": "added", "code": "", "details": []},
    {"line": 4, "subject": "200003", "name": "", "outcome": "refused", "code": "closed", "details": ["Closed."]},
]  # fmt: skip


def an_import(**more: Any) -> Json:
    """An import that waits for somebody to decide."""
    return {
        "import_id": IMPORT,
        "layout": "register",
        "filename": "edubasealldata.csv",
        "counts": {"added": 1, "changed": 1, "unchanged": 0, "refused": 1},
        "not_selected": 25310,
        "uploaded_by": "Morgan Manager",
        "uploaded_at": in_days(0),
        "applied_by": None,
        "applied_at": None,
        "version": 1,
    } | more


def _of_catalogue() -> dict[tuple[str, str], Any]:
    from tests.gateway_pages.catalogue_world import answers_of_catalogue

    return answers_of_catalogue()


_LISTS = (
    "items", "offers", "lines", "standings", "last", "sites", "days", "worths", "together", "alignments", "drops",
    "matches", "history", "purchase_orders", "schools", "dropped", "receipts", "claims",
)  # fmt: skip


def emptied(found: dict[tuple[str, str], Any]) -> dict[tuple[str, str], Any]:
    """The same answers on the first day: every list is empty."""
    bare = copy.deepcopy({key: answer for key, answer in found.items() if isinstance(answer, dict)})
    asked = {key: answer for key, answer in found.items() if callable(answer)}
    for answer in bare.values():
        for name in _LISTS:
            if isinstance(answer.get(name), list):
                answer[name] = []
        if "next" in answer:
            answer["next"] = None
    return bare | asked
