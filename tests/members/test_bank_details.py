"""Bank details change by two people after a waiting time, with everybody told; the commonest fraud finds no way in."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from chassis.actor import SERVICE, Actor
from contracts.london import london_today
from contracts.working_days import add_working_days
from services.members.domain.bank_details import (
    Safeguards,
    TelephoneChange,
    tidy_account,
    trusted_telephone,
)
from services.members.domain.errors import BankDetailsInvalid
from services.members.usecases.change_bank_details import put_in_force
from tests.clients import Clients
from tests.members.actors import BOARD_MEMBER, MANAGER, buyer_of
from tests.members.test_members_api import add_person, add_supplier, told

NUMBERS = {"sort_code": "20-00-00", "account_number": "55779911"}
ACCOUNT = {"account_name": "Fenwright Paper Ltd", **NUMBERS}
OTHER = {"account_name": "Fenwright Paper Ltd", "sort_code": "30 11 22", "account_number": "12345678"}
SALES = frozenset({"supplier_user"})
HEAD_OF_SALES = frozenset({"supplier_user", "supplier_administrator"})
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Firm:
    """A supplier with an administrator, a colleague of long standing and a new one."""

    def __init__(self, members: Clients, name: str = "Fenwright Paper") -> None:
        self.members = members
        self.record = add_supplier(members, name)
        self.id = self.record["supplier_id"]
        self.path = f"/suppliers/{self.id}/bank-details"
        domain = name.split()[0].lower()
        self.head = self._person(f"head@{domain}.example", HEAD_OF_SALES, date(2025, 9, 1))
        self.old_hand = self._person(f"old@{domain}.example", SALES, date(2025, 9, 1))
        self.newcomer = self._person(f"new@{domain}.example", SALES, london_today())

    def _person(self, email: str, roles: frozenset[str], since: date) -> Actor:
        held = [{"role": role, "supplier_id": self.id, "starts_on": since.isoformat()} for role in sorted(roles)]
        person = add_person(self.members, email, *held).json
        return Actor("supplier", person["person_id"], person["name"], roles, supplier_id=self.id)

    def as_(self, actor: Actor) -> Any:
        return self.members("members", actor)

    def propose(self, actor: Actor | None = None, account: dict[str, str] = ACCOUNT) -> Any:
        return self.as_(actor or self.head).post(self.path, account)

    def confirm(self, made: Any, actor: Actor, **sent: str) -> Any:
        path = f"{self.path}/{made.json['bank_details_id']}/confirm"
        return self.as_(actor).post(path, {**NUMBERS, **sent}, version=made.json["version"])

    def stop(self, made: Any, actor: Actor) -> Any:
        path = f"{self.path}/{made.json['bank_details_id']}/stop"
        return self.as_(actor).post(path, {"reason": "Not ours"})

    def states(self) -> list[str]:
        return [each["state"] for each in self.as_(MANAGER).get(self.path).json["items"]]

    def wait(self) -> int:
        """Let the waiting time pass, and the timer look."""
        database = self.members.database("members")
        with database.database.transaction(SERVICE) as connection:
            connection.execute(
                text("UPDATE supplier_bank_details SET effective_on = :today WHERE effective_on IS NOT NULL"),
                {"today": london_today()},
            )
        return put_in_force(database.database)


@pytest.fixture
def firm(service_client: Clients) -> Firm:
    return Firm(service_client)


def test_two_people_and_a_waiting_time_then_billing_is_told(firm: Firm) -> None:
    made = firm.propose()
    assert (made.status_code, made.json["state"], made.json["account_ending"]) == (201, "proposed", "9911")
    assert firm.propose().json["bank_details_id"] == made.json["bank_details_id"]

    own = firm.confirm(made, firm.head)
    assert (own.status_code, own.json["code"]) == (403, "confirmation_refused")
    wrong = firm.confirm(made, firm.old_hand, account_number="55779912")
    assert (wrong.status_code, wrong.json["code"]) == (422, "bank_details_mismatch")
    confirmed = firm.confirm(made, firm.old_hand, account_number="5577 9911")
    assert (confirmed.status_code, confirmed.json["state"]) == (200, "waiting")
    assert confirmed.json["effective_on"] == add_working_days(london_today(), 3).isoformat()
    assert put_in_force(firm.members.database("members").database) == 0
    assert told(firm.members, "SupplierBankDetailsRecorded") == []

    assert (firm.wait(), firm.wait()) == (1, 0)
    assert firm.states() == ["in_force"]
    (event,) = told(firm.members, "SupplierBankDetailsRecorded")
    assert event == {
        "supplier_id": firm.id,
        "account_name": "Fenwright Paper Ltd",
        "sort_code": "200000",
        "account_number": "55779911",
        "from_on": london_today().isoformat(),
    }
    steps = told(firm.members, "BankDetailsChanging")
    assert [step["step"] for step in steps] == ["proposed", "confirmed", "in_force"]
    assert {tuple(step["addresses"]) for step in steps} == {
        ("head@fenwright.example", "new@fenwright.example", "old@fenwright.example", "orders@fenwright.example")
    }


def test_the_number_is_never_shown_again(firm: Firm) -> None:
    made = firm.propose()
    for reader in (firm.head, firm.old_hand, MANAGER, BOARD_MEMBER):
        shown = firm.as_(reader).get(firm.path)
        assert shown.status_code == 200
        assert "55779911" not in shown.text
        assert "200000" not in shown.text
        assert "20-00-00" not in shown.text
    assert "55779911" not in made.text


def test_a_newcomer_is_no_second_person(firm: Firm) -> None:
    made = firm.propose()
    refused = firm.confirm(made, firm.newcomer)
    assert (refused.status_code, refused.json["code"]) == (403, "confirmation_refused")
    assert firm.states() == ["proposed"]


def test_what_holds_stays_until_the_new_ones_count_and_the_history_is_kept(firm: Firm) -> None:
    firm.confirm(firm.propose(), firm.old_hand)
    firm.wait()
    second = firm.propose(account=OTHER)
    assert firm.states() == ["proposed", "in_force"]
    third = firm.propose(account=OTHER | {"account_number": "87654321"})
    assert (third.status_code, third.json["code"]) == (409, "bank_details_pending")
    numbers = {"sort_code": "301122", "account_number": "12345678"}
    assert firm.confirm(second, firm.old_hand, **numbers).json["state"] == "waiting"
    assert firm.states() == ["waiting", "in_force"]
    firm.wait()
    assert firm.states() == ["in_force", "replaced"]
    assert firm.propose(account=OTHER).json["code"] == "bank_details_pending"
    assert [event["account_number"] for event in told(firm.members, "SupplierBankDetailsRecorded")] == [
        "55779911", "12345678",
    ]  # fmt: skip


def test_the_manager_calls_the_number_held_before(firm: Firm) -> None:
    manager = firm.as_(MANAGER)
    whole = {name: firm.record[name] for name in ("name", "email", "vat_number")}
    manager.put(f"/suppliers/{firm.id}", whole | {"telephone": "01632 960101"}, version=1)
    details = {"email": whole["email"], "telephone": "01632 960666"}
    assert firm.as_(firm.head).put(f"/suppliers/{firm.id}/details", details, version=2).status_code == 200

    made = firm.propose()
    assert made.json["trusted_telephone"] == "01632 960101"
    silent = firm.confirm(made, MANAGER)
    assert silent.json["errors"][0]["field"] == "spoke_to"
    confirmed = firm.confirm(made, MANAGER, spoke_to="Petra Fenwright")
    assert (confirmed.json["called_number"], confirmed.json["spoke_to"]) == ("01632 960101", "Petra Fenwright")
    assert confirmed.json["confirmed_by"] == MANAGER.name


def test_without_a_number_from_before_the_manager_cannot_confirm(firm: Firm) -> None:
    sent = {"email": "orders@fenwright.example", "telephone": "01632 960666"}
    firm.as_(firm.head).put(f"/suppliers/{firm.id}/details", sent, version=1)
    made = firm.propose()
    assert made.json["trusted_telephone"] is None
    assert firm.confirm(made, MANAGER, spoke_to="Somebody").json["code"] == "confirmation_refused"
    by_the_alliance = replace(MANAGER, person_id="00000000-0000-4000-8000-0000000000a9")
    firm.stop(made, MANAGER)
    proposed = firm.propose(MANAGER)
    assert firm.confirm(proposed, MANAGER, spoke_to="X").json["code"] == "confirmation_refused"
    assert firm.confirm(proposed, by_the_alliance, spoke_to="X").json["code"] == "confirmation_refused"
    assert firm.confirm(proposed, firm.old_hand).status_code == 200


def test_anybody_concerned_stops_a_change_and_addresses_of_before_are_told(firm: Firm) -> None:
    taken_over = {"email": "orders@fenwright-paper.example", "telephone": None}
    firm.as_(firm.head).put(f"/suppliers/{firm.id}/details", taken_over, version=1)
    made = firm.confirm(firm.propose(), firm.old_hand)
    assert "orders@fenwright.example" in told(firm.members, "BankDetailsChanging")[0]["addresses"]

    by_link = Actor(
        "supplier", "00000000-0000-4000-8000-00000000c001", "orders@fenwright.example",
        frozenset({"supplier_contact"}), supplier_id=firm.id, limited_to=f"bank_details:{made.json['bank_details_id']}",
    )  # fmt: skip
    assert firm.as_(by_link).get(firm.path).status_code == 403
    stopped = firm.stop(made, by_link)
    assert (stopped.status_code, stopped.json["state"]) == (200, "stopped")
    assert firm.stop(made, by_link).json == stopped.json
    assert (firm.wait(), firm.states()) == (0, ["stopped"])
    other = replace(by_link, limited_to="bank_details:00000000-0000-4000-8000-000000000000")
    assert firm.stop(made, other).status_code == 403
    assert told(firm.members, "SupplierBankDetailsRecorded") == []


def test_others_neither_see_nor_touch_them(firm: Firm) -> None:
    theirs = Firm(firm.members, "Kiln Cleaning")
    made = firm.propose()
    assert firm.as_(theirs.head).get(firm.path).status_code == 404
    assert firm.as_(theirs.head).post(firm.path, OTHER).status_code == 404
    assert firm.confirm(made, theirs.old_hand).status_code == 404
    assert firm.stop(made, theirs.head).status_code == 404
    assert firm.as_(buyer_of(900001)).get(firm.path).status_code == 403
    assert firm.as_(firm.old_hand).post(firm.path, OTHER).status_code == 403
    database = firm.members.database("members").database
    for actor, rows in ((theirs.head, 0), (buyer_of(900001), 0), (firm.head, 1), (BOARD_MEMBER, 1)):
        with database.transaction(actor) as connection:
            assert connection.execute(text("SELECT count(*) FROM supplier_bank_details")).scalar_one() == rows
    for actor in (firm.head, MANAGER):
        with database.transaction(actor) as connection:
            changed = connection.execute(text("UPDATE supplier_bank_details SET account_number = '12345678'"))
        assert changed.rowcount == 0


def test_the_waiting_time_is_data(firm: Firm) -> None:
    manager = firm.as_(MANAGER)
    for reader in (MANAGER, firm.head):
        assert firm.as_(reader).get("/alliance/bank-safeguards").json == {
            "waiting_days": 3, "trusted_after_days": 30, "version": 0,
        }  # fmt: skip
    wanted = {"waiting_days": 5, "trusted_after_days": 1}
    assert firm.as_(BOARD_MEMBER).put("/alliance/bank-safeguards", wanted, version=0).status_code == 403
    assert manager.put("/alliance/bank-safeguards", wanted, version=0).json["version"] == 1
    assert manager.put("/alliance/bank-safeguards", wanted | {"waiting_days": 0}, version=1).status_code == 422
    confirmed = firm.confirm(firm.propose(), firm.old_hand)
    assert confirmed.json["effective_on"] == add_working_days(london_today(), 5).isoformat()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"sort_code": "20-00-0"}, "sort_code"),
        ({"sort_code": "000000"}, "sort_code"),
        ({"sort_code": "٢٠٠٠٠٠"}, "sort_code"),
        ({"account_number": "5577991"}, "account_number"),
        ({"account_number": "5577991x"}, "account_number"),
        ({"account_name": " "}, "account_name"),
        ({"account_name": "中文"}, "account_name"),
    ],
)
def test_numbers_that_no_bank_gives_out_are_refused(changed: dict[str, str], field: str) -> None:
    with pytest.raises(BankDetailsInvalid) as refusal:
        tidy_account(**(ACCOUNT | changed))
    assert set(refusal.value.fields) == {field}


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ([], "now"),
        ([(1, "before", False)], "before"),
        ([(1, "before", True)], "now"),
        ([(31, "before", False)], "now"),
        ([(1, "later", False), (2, "before", False), (40, "first", False)], "before"),
        ([(1, None, False)], None),
    ],
)
def test_the_number_to_call_is_one_held_long_enough(
    changes: list[tuple[int, str | None, bool]], number: str | None
) -> None:
    history = [TelephoneChange(NOW - timedelta(days=days), before, trusted) for days, before, trusted in changes]
    assert trusted_telephone("now", history, NOW, Safeguards()) == number
