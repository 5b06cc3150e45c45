"""What the alliance does for the bills' sake in a life: asks for receipts, reminds, exports, and pays a supplier."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.actor import Actor
from chassis.database import Database
from contracts.london import london_today
from contracts.working_days import add_working_days
from services.billing.usecases.approve_payment_run import approve_run
from services.billing.usecases.chase_receipts import chase_receipts
from services.billing.usecases.export_payment_run import export_run
from services.billing.usecases.propose_payment_run import propose_run
from services.billing.usecases.remind_schools import remind_schools

Do = Callable[..., Any]

_SECOND = "00000000-0000-4000-8000-00000000a002"
_ORIGINATOR = {
    "service_user_number": "112233",
    "sort_code": "204577",
    "account_number": "10203040",
    "account_name": "FIVE TREES",
}
_PROFILE = {
    "format": "sage50",
    "account": "TREES",
    "bank_nominal": "1200",
    "department": "0",
    "nominals": {},
    "tax_codes": {},
}


def chase(do: Do, billing: Database, school: Actor) -> None:
    """Schools are asked and reminded when it is time, and one takes its documents over."""
    assert chase_receipts(billing, datetime.now(UTC) + timedelta(days=10))
    assert remind_schools(billing, datetime.now(UTC) + timedelta(days=45))
    do("billing", school, "PUT", "/export-profile", _PROFILE, version=0)
    do("billing", school, "POST", "/ledger-exports", {"from_on": "2026-01-01", "to_on": "2027-12-31", "again": False})


def post_by_hand(do: Do, manager: Actor) -> None:
    """One manager proposes an entry, another approves it."""
    lines = [
        {"account": "5200", "debit_pence": 1250, "credit_pence": 0},
        {"account": "5100", "debit_pence": 0, "credit_pence": 1250},
    ]
    sent = {"dated_on": london_today().isoformat(), "why": "A charge that was taken for goods", "lines": lines}
    proposed = do("billing", manager, "POST", "/manual-journals", sent)
    path = f"/manual-journals/{proposed['manual_journal_id']}/approval"
    do("billing", replace(manager, person_id=_SECOND, name="Second"), "POST", path, version=proposed["version"])


def pay(do: Do, tell: Callable[[], None], billing: Database, manager: Actor, supplier_id: str) -> None:
    """Two people pay a supplier, once the change of its account that waited is stopped; then it asks for another."""
    path = f"/suppliers/{supplier_id}/bank-details"
    (waiting,) = (each for each in do("members", manager, "GET", path)["items"] if each["state"] == "proposed")
    stop = f"{path}/{waiting['bank_details_id']}/stop"
    do("members", manager, "POST", stop, {"reason": "Mistyped."})
    tell()
    account = do("billing", manager, "GET", "/bank-accounts")["items"][0]["bank_account_id"]
    do("billing", manager, "PUT", f"/payment-settings/{account}", _ORIGINATOR, version=0)
    pay_on = add_working_days(london_today(), 5)
    run = propose_run(billing, manager, pay_on, pay_on + timedelta(days=400)).run
    approved = approve_run(billing, replace(manager, person_id=_SECOND, name="Second"), run.payment_run_id, run.version)
    export_run(billing, manager, run.payment_run_id, approved.run.version, "bacs")
    wanted = {"account_name": "Fenwright", "sort_code": "200000", "account_number": "12345687"}
    do("members", manager, "POST", path, wanted)
