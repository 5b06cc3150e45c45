"""What billing would answer about the partnership fund."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.gateway_pages.people import OAK, SCHOOL

Json = dict[str, Any]


def _id(count: int) -> str:
    return str(UUID(int=(0xFD << 96) + (4 << 76) + (8 << 60) + count))


DRAFT_FUND, FUND, CONFIRMED, AWAITING, DECLINED, PAYMENT, BILL = (_id(count) for count in range(1, 8))
_SOON = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()


def a_head(year_id: str, state: str, **more: Any) -> Json:
    """A year of the fund as a list shows it."""
    return {
        "fund_year_id": year_id,
        "title": "Partnership fund 2026–27",
        "from_on": "2026-09-01",
        "to_on": "2027-08-31",
        "basis_on": "2026-09-30",
        "answer_by": _SOON,
        "state": state,
        "budget_pence": 600_000,
        "from_balance_pence": 35_594,
        "schools": 3,
        "pupils": 1752,
        "asked_pence": 564_406,
        "awaiting_schools": 1,
        "awaiting_pence": 364_406,
        "confirmed_schools": 1,
        "confirmed_pence": 60_594,
        "declined_schools": 1,
        "declined_pence": 139_406,
        "billed_schools": 1,
        "billed_pence": 60_594,
        "credited_pence": 594,
        "received_pence": 60_594,
        "own_state": None if state == "draft" else "awaiting",
        "own_pence": None if state == "draft" else 364_406,
        "carried_pence": None,
        "made_by": "Mags Field",
        "proposed_by": "Mags Field",
        "proposed_at": "2026-11-02T10:00:00Z",
        "ended_by": None,
        "ended_at": None,
        "why": None,
        "version": 3,
    } | more


def a_contribution(contribution_id: str, urn: int, name: str, state: str, pence: int, **more: Any) -> Json:
    """What one school is asked for."""
    answered = state != "awaiting"
    return {
        "fund_contribution_id": contribution_id,
        "fund_year_id": FUND,
        "title": "Partnership fund 2026–27",
        "from_on": "2026-09-01",
        "to_on": "2027-08-31",
        "answer_by": _SOON,
        "year_state": "proposed",
        "school_urn": urn,
        "school_name": name,
        "pupils": 271,
        "pupils_on": "2026-01-15",
        "pupils_source": "school census",
        "cap_pence": None,
        "amount_pence": pence,
        "state": state,
        "governor": "Ada Byron" if answered else None,
        "decided_on": "2026-11-19" if answered else None,
        "minute_reference": "FGB 19.11.26, item 7" if answered else None,
        "why": ("We buy our own training." if state == "declined" else "") if answered else None,
        "bill_id": None,
        "bill_number": None,
        "paid_pence": 0,
        "credited_pence": 0,
        "version": 2 if answered else 1,
    } | more


OWN = a_contribution(AWAITING, OAK, SCHOOL, "awaiting", 364_406, cap_pence=400_000)


def a_year(year_id: str, state: str, **more: Any) -> Json:
    """A year with everything of it, as the alliance reads it."""
    return {
        **a_head(year_id, state),
        "lines": [
            {"line_no": 1, "name": "Safeguarding network", "amount_pence": 400_000, "spent_pence": 25_000,
             "to_pay_pence": 10_000},
            {"line_no": 2, "name": "Shared training days", "amount_pence": 200_000, "spent_pence": 0,
             "to_pay_pence": 0},
        ],
        "caps": [{"school_urn": OAK, "cap_pence": 400_000}],
        "account": {
            "brought_forward_pence": 35_594,
            "received_pence": 60_594,
            "spent_pence": 25_000,
            "other_pence": 120,
            "balance_pence": 71_308,
        },
        "contributions": [
            a_contribution(CONFIRMED, 910002, "Elm Park Academy", "confirmed", 60_594, bill_id=BILL,
                           bill_number="FB-000001", paid_pence=60_594),
            a_contribution(DECLINED, 910003, "St Brigid’s Catholic Primary School", "declined", 139_406),
            OWN,
        ],
        "payments": [
            a_payment("FP-000001", "paid", 25_000),
            a_payment("FP-000002", "to_pay", 10_000, fund_payment_id=_id(21)),
            a_payment("FP-000003", "withdrawn", 10_000, withdrawn_why="Entered twice.", fund_payment_id=_id(22)),
        ],
    } | more  # fmt: skip


def a_payment(number: str, state: str, pence: int, **more: Any) -> Json:
    """A payment out of the fund."""
    return {
        "fund_payment_id": PAYMENT,
        "number": number,
        "line_no": 1,
        "line_name": "Safeguarding network",
        "pay_on": "2026-11-23",
        "payee": "Kent Safeguarding Trust",
        "purpose": "Autumn network meeting",
        "evidence": "Invoice KST-118",
        "amount_pence": pence,
        "paid_pence": pence if state == "paid" else 0,
        "state": state,
        "withdrawn_why": None,
        "recorded_by": "Mags Field",
    } | more


def of_the_fund() -> dict[tuple[str, str], Any]:
    """A draft, and a year of which one school confirmed and one declined."""
    draft = a_year(DRAFT_FUND, "draft", contributions=[], payments=[], title="Partnership fund 2027–28")
    share = {"school_urn": OAK, "school_name": SCHOOL, "pupils": 271, "pupils_on": "2026-01-15",
             "pupils_source": "school census", "cap_pence": 400_000, "amount_pence": 364_406}  # fmt: skip
    unknown = {**share, "school_urn": 910008, "school_name": "Hazel Bank Nursery", "pupils": None, "pupils_on": None,
               "pupils_source": None, "cap_pence": None, "amount_pence": 200_000}  # fmt: skip
    decided = {"decision": "declined", "governor": "Ada Byron", "decided_on": "2026-10-08",
               "minute_reference": "FGB 8.10.26, item 4", "why": "The budget came too late.",
               "recorded_by": "Gita Governor", "recorded_at": "2026-10-09T08:00:00Z"}  # fmt: skip
    return {
        ("billing", "/fund-years"): {"items": [a_head(DRAFT_FUND, "draft"), a_head(FUND, "proposed")], "next": None},
        ("billing", f"/fund-years/{DRAFT_FUND}"): draft,
        ("billing", f"/fund-years/{DRAFT_FUND}/allocation"): {"items": [share, unknown], "fault": ""},
        ("billing", f"/fund-years/{FUND}"): a_year(FUND, "proposed"),
        ("billing", f"/fund-contributions/{CONFIRMED}"): OWN | {"decisions": [decided]},
    }
