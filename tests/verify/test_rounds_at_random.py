"""Whatever schools, suppliers and the manager do, in whatever order: the books stay whole.

Every step is a request through a service's own door, which may be refused but never fail; at the end of each run all
events are taken and `bursar verify` must be clean.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from bursar.verify import verify
from chassis.actor import Actor
from tests.backends import ServiceDatabase
from tests.verify.life import MANAGER, SCHOOLS, Life, approver, buyer, seller

schools = st.sampled_from(sorted(SCHOOLS))
units = st.integers(0, 60)
lines = st.fixed_dictionaries(
    {"quantity": units},
    optional={
        "flexible": st.integers(0, 12),
        "max_unit_price": st.sampled_from(["1.0000", "2.5000", "11.0000", "12.5000"]),
        "min_schools": st.integers(1, 4),
        "note": st.just("Blue, please"),
    },
)
places = st.integers(0, 11)
wishes = st.dictionaries(schools, st.lists(lines, min_size=2, max_size=5), min_size=2)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # a run is short, and each shrinking would live it again
is_open = precondition(lambda self: self.is_open)
is_closed = precondition(lambda self: not self.is_open)


class Rounds(RuleBasedStateMachine):
    """One round after another in the same alliance; what earlier runs left behind stays and is verified too."""

    life: ClassVar[Life]
    environ: ClassVar[Mapping[str, str]]
    done: ClassVar[Counter[str]] = Counter()

    def do(self, part: str, actor: Actor, method: str, path: str, sent: Any = None, **options: Any) -> Any:
        """A request that may be refused; its JSON, or None."""
        if sent is not None:
            options["json"] = sent
        if method == "POST":
            options["key"] = str(uuid4())
        answer = self.life.clients(part, actor).send(method, path, **options)
        assert answer.status_code < 500, f"{method} {path}: {answer.get_data(as_text=True)}"
        if answer.status_code >= 300:
            return None
        self.done[f"{method} {path.rpartition('/')[2]}"] += method != "GET"
        return answer.get_json()

    @initialize(wishes=wishes)
    def begin(self, wishes: dict[int, list[dict[str, Any]]]) -> None:
        self.open_round(wishes)

    def open_round(self, wishes: dict[int, list[dict[str, Any]]]) -> None:
        """A round of everything that is published, in which some schools have approved orders already."""
        self.round_id = self.life.open_round(f"Random {uuid4()}")
        self.is_open = True
        listed = self.do("orders", MANAGER, "GET", f"/rounds/{self.round_id}")
        self.offers = [offer["offer_id"] for offer in listed["offers"]]
        for urn, wished in wishes.items():
            self.fill_in(urn, wished, send=True)
            self.decide(urn, "approve")

    def order_path(self, urn: int) -> str:
        return f"/rounds/{self.round_id}/orders/{urn}"

    def version(self, urn: int) -> int:
        seen = self.do("orders", buyer(urn), "GET", self.order_path(urn))
        return int(seen["version"]) if seen else 0

    def purchase_orders(self) -> list[dict[str, Any]]:
        listed = self.do("orders", MANAGER, "GET", f"/purchase-orders?round_id={self.round_id}")["items"]
        return [self.do("orders", MANAGER, "GET", f"/purchase-orders/{item['purchase_order_id']}") for item in listed]

    @is_open
    @rule(urn=schools, wished=st.lists(lines, min_size=1, max_size=5), send=st.booleans())
    def fill_in(self, urn: int, wished: list[dict[str, Any]], send: bool) -> None:
        lines = [{"offer_id": offer, **line} for offer, line in zip(self.offers, wished, strict=False)]
        path, version = self.order_path(urn), self.version(urn)
        if send:
            self.do("orders", buyer(urn), "POST", f"{path}/submit", {"lines": lines}, version=version)
        else:
            self.do("orders", buyer(urn), "PUT", path, {"lines": lines}, version=version)

    @is_open
    @rule(urn=schools, act=st.sampled_from(["submit", "approve", "approve", "return", "decline"]))
    def decide(self, urn: int, act: str) -> None:
        actor = approver(urn) if act in ("approve", "return") else buyer(urn)
        sent = {"reason": "Half of it"} if act == "return" else {}
        self.do("orders", actor, "POST", f"{self.order_path(urn)}/{act}", sent, version=self.version(urn))

    @is_open
    @rule()
    def close(self) -> None:
        before = self.do("orders", MANAGER, "GET", f"/rounds/{self.round_id}/close-preview")
        worst = {urn: self.do("orders", buyer(urn), "GET", self.order_path(urn)) for urn in SCHOOLS}
        assert self.do("orders", MANAGER, "POST", f"/rounds/{self.round_id}/close")
        self.is_open = False
        made = self.purchase_orders()
        assert sum(order["net_pence"] for order in made) == before["net_pence"]
        for order in made:
            shares = sum(line["net_pence"] for drop in order["drops"] for line in drop["lines"])
            assert shares == order["net_pence"] == sum(line["net_pence"] for line in order["lines"])
        for urn, stated in worst.items():
            after = self.do("orders", buyer(urn), "GET", self.order_path(urn))
            if after["state"] == "approved":
                assert after["gross_pence"] <= stated["worst_gross_pence"]

    @is_closed
    @rule(wishes=wishes)
    def start_the_next(self, wishes: dict[int, list[dict[str, Any]]]) -> None:
        self.open_round(wishes)

    @is_closed
    @rule(answers=st.lists(st.sampled_from(["accepted", "accepted", "rejected"]), min_size=1, max_size=4))
    def answer(self, answers: list[str]) -> None:
        for order, answer in zip(self.purchase_orders(), answers, strict=False):
            path = f"/purchase-orders/{order['purchase_order_id']}/acknowledgement"
            self.do("orders", seller(order["supplier_id"]), "POST", path, {"answer": answer, "reason": "As it is"})

    def a_drop(self, place: int) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """One of the drops of the accepted orders, with its order."""
        accepted = [order for order in self.purchase_orders() if order["state"] == "accepted"]
        drops = [(order, drop) for order in accepted for drop in order["drops"]]
        return drops[place % len(drops)] if drops else None

    @is_closed
    @rule(place=places, arrived=st.integers(0, 80))
    def receive(self, place: int, arrived: int) -> None:
        if found := self.a_drop(place):
            order, drop = found
            lines = [
                {"line_no": line["line_no"], "quantity_received": min(arrived, line["quantity"])}
                for line in drop["lines"]
            ]
            path = f"/purchase-orders/{order['purchase_order_id']}/receipts"
            self.do("orders", buyer(drop["school_urn"]), "POST", path, {"lines": lines})

    @is_closed
    @rule(place=places, quantity=units, refuse=st.booleans())
    def amend(self, place: int, quantity: int, refuse: bool) -> None:
        if found := self.a_drop(place):
            order, mine = found
            urn = mine["school_urn"]
            path = f"/purchase-orders/{order['purchase_order_id']}/amendments"
            sent = {
                "school_urn": urn,
                "line_no": mine["lines"][0]["line_no"],
                "quantity": quantity,
                "reason": "It changed",
            }
            asked = self.do("orders", buyer(urn), "POST", path, sent)
            for actor in (approver(urn), seller(order["supplier_id"]), MANAGER):
                if asked and refuse and actor is MANAGER:
                    refusal = f"{path}/{asked['amendment_id']}/refusal"
                    self.do("orders", actor, "POST", refusal, {"reason": "No"}, version=asked["version"])
                elif asked:
                    agreement = f"{path}/{asked['amendment_id']}/agreement"
                    asked = self.do("orders", actor, "POST", agreement, version=asked["version"])
            after = self.do("orders", MANAGER, "GET", f"/purchase-orders/{order['purchase_order_id']}")
            others = [drop for drop in order["drops"] if drop["school_urn"] != urn]
            assert [drop for drop in after["drops"] if drop["school_urn"] != urn] == others

    @is_closed
    @rule(place=places)
    def invoice_and_bill(self, place: int) -> None:
        self.life.tell()
        orders = self.purchase_orders()
        for order in orders[place % len(orders) :][:1] if orders else []:
            lines = [
                {
                    "order_line_no": line["line_no"],
                    "quantity": line["quantity"],
                    "unit_price": line["unit_price"],
                    "net_pence": line["net_pence"],
                    "vat_class": line["vat_class"],
                }
                for line in order["lines"]
                if line["quantity"]
            ]
            net = sum(line["net_pence"] for line in lines)
            sent = {
                "number": f"INV {order['number']}",
                "issue_date": "2026-11-23",
                "purchase_order_number": order["number"],
                "lines": lines,
                "net_pence": net,
                "vat_pence": order["vat_pence"],
                "gross_pence": net + order["vat_pence"],
            }
            self.do("billing", seller(order["supplier_id"]), "POST", "/supplier-invoices", sent)
        self.do("billing", MANAGER, "POST", "/bills", {"round_id": self.round_id})

    def teardown(self) -> None:
        self.life.tell()
        self.life.rest()
        verdict = verify(self.environ, patience=0)
        assert not verdict.breaches, "\n".join(verdict.lines())


@pytest.fixture(scope="module")
def rounds(module_databases: Callable[[str], ServiceDatabase]) -> type[Rounds]:
    """The steps over an alliance whose contracts are agreed."""
    life = Life(module_databases)
    life.begin()
    Rounds.life = life
    Rounds.environ = {
        f"{part.upper()}_MIGRATION_DATABASE_URL": found.owner_url for part, found in life.databases.items()
    }
    return Rounds


def test_every_step_can_succeed(rounds: type[Rounds]) -> None:
    """Else the runs at random would only see refusals."""
    run = rounds()
    run.begin({urn: [{"quantity": 20, "flexible": 2}] * 5 for urn in SCHOOLS})
    run.close()
    run.answer(["accepted"] * 4)
    for place in range(16):
        run.receive(place, 12)
    run.amend(0, 15, refuse=False)
    for place in range(4):
        run.invoice_and_bill(place)
    run.teardown()
    for act in ("submit", "approve", "close", "acknowledgement", "receipts", "agreement", "supplier-invoices", "bills"):
        assert rounds.done[f"POST {act}"], act


@pytest.mark.timeout(900)
def test_rounds_at_random_end_in_clean_books(rounds: type[Rounds]) -> None:
    run_state_machine_as_test(
        rounds,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=PHASES,
        ),
    )
