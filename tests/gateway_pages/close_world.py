"""What the orders service would answer about a close: its preview, and the proof afterwards."""

from typing import Any
from uuid import UUID

from tests.gateway_pages.people import SUPPLIER, SUPPLIER_ID

Json = dict[str, Any]

CLEANING = str(UUID(int=(0xF0 << 96) + (4 << 76) + (8 << 60) + 2))
NO_TIERS = {"next_from_quantity": None, "next_unit_price": None, "units_to_next": None, "cheaper": None, "advice": None}


def a_line(name: str = "Copier paper A4 white, 80 g", **more: Any) -> Json:
    """A line as the close would make it."""
    return {
        "line_no": 1,
        "kind": "goods",
        "offer_id": str(UUID(int=7)),
        "sku": "PAP-A4-80",
        "name": name,
        "unit": "XBX",
        "vat_class": "S",
        "share_by": "units",
        "reason": "tier",
        "pack": 1,
        "schools": 4,
        "firm": 93,
        "flexible": 10,
        "denied": 12,
        "unit_price": "10.9500",
        "quantity": 100,
        "net_pence": 109500,
        **NO_TIERS,
        **more,
    }


def a_delivery(line_no: int) -> Json:
    """Delivery as a line."""
    return a_line(
        "Delivery",
        kind="charge",
        offer_id=None,
        sku="DELIVERY",
        unit="C62",
        share_by="value",
        reason="due",
        line_no=line_no,
        firm=0,
        flexible=0,
        denied=0,
        quantity=1,
        unit_price="45.0000",
        net_pence=4500,
    )


def a_preview(of: Json, contract_id: str, schools: list[tuple[int, str]], as_of: str) -> Json:
    """What closing would make: one order with a charge, one contract below its minimum."""
    pens = a_line(
        "Pens, blue, single",
        sku="PEN-BLUE",
        unit="C62",
        pack=50,
        flexible=0,
        denied=0,
        firm=120,
        quantity=100,
        net_pence=3500,
        cheaper={"quantity": 150, "net_pence": 3000},
        advice={"units": 50, "saves_pence": 500, "offered": 20},
    )
    dropped = a_line("Mop heads", line_no=None, reason="minimum_dropped", quantity=0, net_pence=0)
    kept = {"minimum_choice": "drop", "supplier_id": SUPPLIER_ID, "supplier_name": SUPPLIER}
    return {
        "as_of": as_of,
        "round_id": of["round_id"],
        "round": {name: of[name] for name in ("round_id", "number", "title", "state", "closes_at", "version")},
        "purchase_orders": [
            kept
            | {
                "contract_id": contract_id,
                "contract_title": "Paper and stationery 2025–2028",
                "ordered": True,
                "goods_pence": 113000,
                "minimum_order_pence": 25000,
                "below_minimum": False,
                "fee_pence": 1500,
                "net_pence": 117500,
                "vat_pence": 23500,
                "lines": [a_line(), pens, a_delivery(3)],
            },
            kept
            | {
                "contract_id": CLEANING,
                "contract_title": "Cleaning materials",
                "ordered": False,
                "goods_pence": 18000,
                "minimum_order_pence": 25000,
                "below_minimum": True,
                "fee_pence": 1500,
                "net_pence": 0,
                "vat_pence": 0,
                "lines": [dropped],
            },
        ],
        "schools": [
            {
                "school_urn": urn,
                "school_name": name,
                "net_pence": 29375,
                "charges_pence": 1125,
                "units": 50,
                "drops": 1,
                "lines_denied": place % 2,
                "lines_cut": 1 if place == 2 else 0,
                "lines_dropped": 1,
                "lines_flexed": 1 if place == 3 else 0,
            }
            for place, (urn, name) in enumerate(schools)
        ],
        "dropped": [
            {
                "school_urn": 910099,
                "school_name": "Larch Primary School",
                "state": "draft",
                "reason": "It had not been sent by the close.",
            }
        ],
        "net_pence": 117500,
        "vat_pence": 23500,
        "proof": {"units_ordered": 200, "units_shared": 200, "lines_net_pence": 117500, "shares_net_pence": 117500},
    }


def of_proof(round_id: str, schools: list[tuple[int, str]], closed_at: str) -> dict[tuple[str, str], Any]:
    """The proof of a closed round: totals, one line, and the first school."""
    head = {
        "round_id": round_id,
        "round_number": "R-0002",
        "round_title": "Back to school",
        "closed_at": closed_at,
    }
    lines = [_proved(a_line(), 1, 100, 0), _proved(a_delivery(2), 2, 116250, 1)]
    share = {
        "school_urn": schools[0][0],
        "school_name": schools[0][1],
        "firm": 34,
        "flexible": 6,
        "max_unit_price": "11.8000",
        "min_schools": None,
        "granted": 38,
        "reason": "flexible_used",
        "weight": 38,
        "cut_off_pence": 41610,
        "remainder": "0.0000",
        "rank": 1,
        "net_pence": 41610,
        "explanation": "Wished 34 and up to 6 more. 4 of its flexible units make 100 together. £1,095.00 × 38 ÷ 100"
        " = £416.10 exactly.",
    }
    charged = share | {"firm": 0, "flexible": 0, "granted": 0, "reason": "charged", "net_pence": 1645}
    base = f"/rounds/{round_id}/proof"
    return {
        ("orders", base): head | {"items": lines},
        ("orders", f"{base}/lines/1"): head
        | {"line": lines[0], "items": [share | {"school_urn": urn, "school_name": name} for urn, name in schools]},
        ("orders", f"{base}/schools/{schools[0][0]}"): head
        | {"items": [share | {"line": lines[0]}, charged | {"line": lines[1]}]},
    }


def _proved(line: Json, position: int, weight: int, left_over: int) -> Json:
    kept = {name: value for name, value in line.items() if name not in NO_TIERS}
    return kept | {
        "position": position,
        "contract_id": CLEANING,
        "contract_title": "Paper and stationery 2025–2028",
        "supplier_id": SUPPLIER_ID,
        "supplier_name": SUPPLIER,
        "weight": weight,
        "left_over": left_over,
    }
