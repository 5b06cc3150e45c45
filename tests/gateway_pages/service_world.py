"""What the orders service would answer about recurring services: a payroll bureau, and an adviser to join."""

from typing import Any
from uuid import UUID

from tests.gateway_pages.people import OAK, SUPPLIER, SUPPLIER_ID

Json = dict[str, Any]

PAYROLL, ADVICE = (str(UUID(int=(0x51 << 96) + (4 << 76) + (8 << 60) + count)) for count in (1, 2))
RUNNING, ASKED, LEFT = (str(UUID(int=(0x52 << 96) + (4 << 76) + (8 << 60) + count)) for count in (1, 2, 3))
USE = str(UUID(int=(0x53 << 96) + (4 << 76) + (8 << 60) + 1))
SERVICE_PO = str(UUID(int=(0xB0 << 96) + (4 << 76) + (8 << 60) + 9))
ELM = 910002


def a_plan(plan_id: str = PAYROLL, **more: Any) -> Json:
    """A service as the list has it."""
    return {
        "plan_id": plan_id,
        "number": f"SP-000{plan_id[-1]}",
        "contract_id": str(UUID(int=(0xF0 << 96) + (4 << 76) + (8 << 60) + 1)),
        "contract_title": "Payroll and people 2026–2036",
        "supplier_id": SUPPLIER_ID,
        "supplier_name": SUPPLIER,
        "title": "Payroll bureau",
        "description": "Monthly payroll, pensions and year-end returns for everybody whom the school employs.",
        "category_code": "payroll",
        "category_name": "Payroll",
        "ledger_code": "E28a",
        "driver": "payslips",
        "unit_price": "48.0000",
        "billing_period": "month",
        "billed": "arrears",
        "starts_on": "2026-09-01",
        "ends_on": "2036-08-31",
        "notice_days": 30,
        "vat_class": "S",
        "entitlements": [
            {"code": "adviser", "name": "Adviser days", "unit": "DAY", "quantity": "3"},
            {"code": "training", "name": "Training", "unit": "HUR", "quantity": "10"},
        ],
        "next_run_on": "2026-12-01",
        "version": 2,
        "schools": 2,
        "requests": 1,
    } | more


def a_charge(**more: Any) -> Json:
    """A month's charge, whose figure changed within it."""
    return {
        "run_id": str(UUID(int=(0x54 << 96) + (4 << 76) + (8 << 60) + 1)),
        "subscription_id": RUNNING,
        "school_urn": OAK,
        "school_name": "Oak Street Primary School",
        "kind": "period",
        "period_from": "2026-10-01",
        "period_to": "2026-10-31",
        "covered_from": "2026-10-01",
        "covered_to": "2026-10-31",
        "year_days": 365,
        "unit_price": "48.0000",
        "parts": [
            {
                "from": "2026-10-01",
                "to": "2026-10-11",
                "days": 11,
                "quantity": 40,
                "reading_on": "2026-09-01",
                "source": "September payroll",
            },
            {
                "from": "2026-10-12",
                "to": "2026-10-31",
                "days": 20,
                "quantity": 42,
                "reading_on": "2026-10-12",
                "source": "October payroll",
            },
        ],
        "full_pence": 16833,
        "charged_pence": 0,
        "net_pence": 16833,
        "ran_at": "2026-11-01T00:00:41Z",
        "purchase_order_id": SERVICE_PO,
        "purchase_order_number": "PO-000009",
        "stands": True,
    } | more


def a_subscription(subscription_id: str = RUNNING, state: str = "approved", **more: Any) -> Json:
    """A subscription as the list has it."""
    decided = state in ("approved", "ended")
    return {
        "subscription_id": subscription_id,
        "plan_id": PAYROLL,
        "plan_title": "Payroll bureau",
        "school_urn": OAK,
        "school_name": "Oak Street Primary School",
        "state": state,
        "starts_on": "2026-09-01",
        "ends_on": "2026-11-30" if state == "ended" else None,
        "requested_by": "Beth Buyer",
        "requested_at": "2026-08-20T09:00:00Z",
        "approved_by": "Alex Approver" if decided else None,
        "approved_at": "2026-08-21T09:00:00Z" if decided else None,
        "first_approved_by": "Gwen Governor" if state == "requested" else None,
        "ended_by": "Alex Approver" if state == "ended" else None,
        "ended_at": "2026-10-30T09:00:00Z" if state == "ended" else None,
        "reason": None,
        "version": 2,
    } | more


def a_whole_subscription(subscription_id: str = RUNNING, state: str = "approved", **more: Any) -> Json:
    """A subscription with everything about it."""
    year = {"year_from": "2026-09-01", "year_to": "2027-08-31"}
    use = {
        "use_id": USE,
        "code": "adviser",
        "used_on": "2026-10-08",
        "quantity": "0.5",
        "note": "Restructure of the office",
        "recorded_by": "Beth Buyer",
        "recorded_at": "2026-10-08T15:00:00Z",
        "cancelled_by": None,
    }
    true_up = a_charge(
        kind="true_up",
        period_from="2025-09-01",
        period_to="2026-08-31",
        covered_from="2025-09-01",
        covered_to="2026-08-31",
        full_pence=192000,
        charged_pence=192003,
        net_pence=-3,
    )
    return (
        a_subscription(subscription_id, state)
        | {
            "plan": a_plan(),
            "entitlements": [
                {"code": "adviser", "name": "Adviser days", "unit": "DAY", "quantity": "3", "used": "0.5"}
                | {"remaining": "2.5"}
                | year,
                {
                    "code": "training",
                    "name": "Training",
                    "unit": "HUR",
                    "quantity": "10",
                    "used": "0",
                    "remaining": "10",
                }
                | year,
            ],
            "uses": [use, use | {"use_id": USE.replace("1", "2"), "cancelled_by": "Beth Buyer"}],
            "readings": [a_reading(), a_reading(read_on="2026-10-12", quantity=42, source="October payroll")],
            "charges": [true_up, a_charge()],
            "credit_pence": 1250,
        }
        | more
    )


def a_reading(**more: Any) -> Json:
    """What a driver stood at."""
    return {
        "school_urn": OAK,
        "read_on": "2026-09-01",
        "quantity": 40,
        "source": "September payroll",
        "recorded_by": "Mags Field",
        "recorded_at": "2026-09-02T10:00:00Z",
    } | more


def a_preview() -> Json:
    """What would be billed next."""
    names = ("run_id", "ran_at", "purchase_order_id", "purchase_order_number", "stands")
    charge = {name: value for name, value in a_charge().items() if name not in names}
    month = {"period_from": "2026-11-01", "period_to": "2026-11-30"}
    return {
        "kind": "period",
        **month,
        "due_on": "2026-12-01",
        "from_on": "2026-11-01",
        "net_pence": 16833,
        "schools": [
            {
                "school_urn": OAK,
                "school_name": "Oak Street Primary School",
                "charged_pence": 16833,
                "order_pence": 15583,
                "carried_pence": 0,
            },
            {
                "school_urn": ELM,
                "school_name": "Elm Park Academy",
                "charged_pence": 0,
                "order_pence": 0,
                "carried_pence": -1250,
            },
        ],
        "charges": [charge | month],
        "waiting": [{"school_urn": ELM, "school_name": "Elm Park Academy"}],
    }


def a_service_order(state: str = "accepted", **more: Any) -> Json:
    """The purchase order of a period, with one school's drop."""
    line = {
        "line_no": 1,
        "kind": "service",
        "offer_id": None,
        "sku": f"SP-0001-{OAK}",
        "name": "Payroll bureau, 1 Oct to 31 Oct 2026: Oak Street Primary School",
        "unit": "C62",
        "vat_class": "S",
        "unit_price": "168.3300",
        "quantity": 1,
        "net_pence": 16833,
    }
    drop = {
        "school_urn": OAK,
        "school_name": "Oak Street Primary School",
        "postcode": "NF1 1AA",
        "town": "Northfield",
        "state": "awaited",
        "lines": [
            {
                "line_no": 1,
                "quantity": 1,
                "net_pence": 16833,
                "quantity_received": 0,
                "vat_class": "S",
                "vat_reduced": False,
                "vat_rate": "20.00",
                "vat_certificate": "",
            }
        ],
    }
    return {
        "purchase_order_id": SERVICE_PO,
        "number": "PO-000009",
        "round_id": None,
        "round_number": None,
        "round_title": None,
        "title": "Payroll bureau, 1 Oct to 31 Oct 2026",
        "plan_id": PAYROLL,
        "contract_id": a_plan()["contract_id"],
        "contract_title": "Payroll and people 2026–2036",
        "supplier_id": SUPPLIER_ID,
        "supplier_name": SUPPLIER,
        "state": state,
        "reason": None,
        "issued_at": "2026-11-01T00:00:41Z",
        "acknowledged_at": "2026-11-02T10:00:00Z",
        "delivery_from": "2026-10-01",
        "delivery_to": "2026-10-31",
        "net_pence": 16833,
        "vat_pence": 3367,
        "version": 2,
        "drop_count": 1,
        "received_count": 0,
        "lines": [line],
        "drops": [drop],
    } | more


def of_services(*, school: bool) -> dict[tuple[str, str], Any]:
    """What each GET about services answers, by service and path."""
    advice = a_plan(
        ADVICE,
        title="Data protection officer",
        driver="fixed",
        unit_price="1200.0000",
        billing_period="term",
        entitlements=[],
        notice_days=0,
        schools=0,
        requests=0,
    )
    run = {
        "run_id": a_charge()["run_id"],
        "kind": "period",
        "period_from": "2026-10-01",
        "period_to": "2026-10-31",
        "due_on": "2026-11-01",
        "ran_at": "2026-11-01T00:00:41Z",
        "ran_by": "Bursar",
        "purchase_order_id": SERVICE_PO,
        "purchase_order_number": "PO-000009",
        "purchase_order_state": "accepted",
        "net_pence": 16833,
        "settled": False,
    }
    none = {**run, "kind": "true_up", "purchase_order_id": None, "purchase_order_number": None}
    none |= {"purchase_order_state": None, "net_pence": None}
    mine = [a_subscription(), a_subscription(ASKED, "requested", plan_id=ADVICE, plan_title="Data protection officer")]
    others = [a_subscription(LEFT, "ended", school_urn=ELM, school_name="Elm Park Academy")]
    found: dict[tuple[str, str], Any] = {
        ("orders", "/subscription-plans"): [a_plan(), advice],
        ("orders", "/subscriptions"): mine if school else [*mine, *others],
    }
    for plan in (a_plan(), advice):
        path = f"/subscription-plans/{plan['plan_id']}"
        found["orders", f"{path}/readings"] = [a_reading()] if plan["plan_id"] == PAYROLL else []
        found["orders", f"{path}/charges"] = [a_charge()] if plan["plan_id"] == PAYROLL else []
    answers = {key: {"items": items, "next": None} for key, items in found.items()}
    for plan in (a_plan(), advice):
        path = f"/subscription-plans/{plan['plan_id']}"
        answers["orders", path] = plan | {"runs": [run, none]}
        answers["orders", f"{path}/next-run"] = a_preview()
    answers["orders", f"/subscriptions/{RUNNING}"] = a_whole_subscription()
    answers["orders", f"/subscriptions/{ASKED}"] = a_whole_subscription(ASKED, "requested", charges=[], credit_pence=0)
    answers["orders", f"/subscriptions/{LEFT}"] = a_whole_subscription(LEFT, "ended")
    answers["orders", f"/purchase-orders/{SERVICE_PO}"] = a_service_order()
    answers["orders", f"/purchase-orders/{SERVICE_PO}/answers"] = {"items": [], "next": None}
    return answers
