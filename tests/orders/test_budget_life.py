"""Whatever a school and its suppliers do, in whatever order: each amount counts once against the budget."""

from collections import Counter
from typing import Any, ClassVar
from uuid import uuid4

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.orders.market import Market, approver, buyer, lines, ok, order_path

PRICES = {"stationery": ((100, 10_95), (50, 11_80), (0, 12_50)), "cleaning": ((0, 2_00),)}
"""For each category from how many units of its own the school pays at most so much, in pence."""
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # a run is short, and each shrinking would live it again
units = st.integers(0, 120)
is_open = precondition(lambda self: self.is_open)
is_closed = precondition(lambda self: not self.is_open)


class BudgetLife(RuleBasedStateMachine):
    """One school and its neighbour; what earlier rounds left behind counts on."""

    market: ClassVar[Market]

    @initialize()
    def join(self) -> None:
        contract = self.market.contract(self.market.supplier_id, f"Contract {uuid4()}")
        under = (contract, self.market.supplier_id)
        self.contract = contract
        self.paper = self.market.offer(contract=under)
        self.soap = self.market.offer(
            "Soap", tiers=((1, "2.0000"),), contract=under, category_code="cleaning", category_name="Cleaning"
        )
        self.urn, self.other = self.market.school(), self.market.school()
        self.orders: list[dict[str, Any]] = []
        self.spent: Counter[str] = Counter()
        self.left: Counter[tuple[str, str]] = Counter()
        self.open_round()

    def open_round(self) -> None:
        self.round_id = self.market.open_round(contract_ids=[self.contract])
        self.is_open, self.state, self.wanted = True, "silent", {"stationery": 0, "cleaning": 0}
        ok(self.market.save(self.round_id, self.other, {self.paper: 40}))
        self.step("submit", self.other)
        self.step("approve", self.other)

    def step(self, act: str, urn: int) -> str:
        """One step of an order, which may be refused; the state that it is in afterwards."""
        path = order_path(self.round_id, urn)
        version = ok(self.market.as_(buyer(urn)).get(path))["version"]
        actor = approver(urn) if act in ("approve", "return") else buyer(urn)
        sent = {"reason": "Half of it, please"} if act == "return" else None
        answer = self.market.as_(actor).post(f"{path}/{act}", sent, version=version)
        assert answer.status_code < 500
        return str(ok(self.market.as_(buyer(urn)).get(path))["state"])

    @is_open
    @rule(paper=units, soap=units)
    def fill_in(self, paper: int, soap: int) -> None:
        version = ok(self.market.as_(buyer(self.urn)).get(order_path(self.round_id, self.urn)))["version"]
        sent = {"lines": lines({self.paper: paper, self.soap: soap})}
        ok(self.market.as_(buyer(self.urn)).put(order_path(self.round_id, self.urn), sent, version=version))
        self.state, self.wanted = "draft", {"stationery": paper, "cleaning": soap}

    @is_open
    @rule(act=st.sampled_from(["submit", "submit", "approve", "approve", "return"]))
    def decide(self, act: str) -> None:
        self.state = self.step(act, self.urn)

    @is_open
    @rule()
    def close(self) -> None:
        self.market.close(self.round_id)
        self.is_open, self.state = False, "closed"
        self.orders = self.market.purchase_orders(self.round_id, buyer(self.urn))
        category = {self.paper: "stationery", self.soap: "cleaning"}
        for order in self.orders:
            for line in order["lines"]:
                self.left[order["purchase_order_id"], category[line["offer_id"]]] += line["net_pence"]

    @is_closed
    @rule(answer=st.sampled_from(["accepted", "accepted", "rejected"]))
    def answer(self, answer: str) -> None:
        for order in self.orders:
            if self.market.answer(order, answer, "As it is").status_code == 200 and answer == "rejected":
                self.release(order)

    @is_closed
    @rule(share=st.integers(1, 100))
    def bill(self, share: int) -> None:
        for order in self.orders:
            amounts = {
                code: net * share // 100 for (key, code), net in self.left.items() if key == order["purchase_order_id"]
            }
            told = [
                {
                    "purchase_order_id": order["purchase_order_id"],
                    "category_code": code,
                    "net_pence": net,
                    "vat_pence": 0,
                }
                for code, net in amounts.items()
                if net
            ]
            net = sum(each["net_pence"] for each in told)
            head = {
                "bill_id": str(uuid4()),
                "number": "B-000001",
                "school_urn": self.urn,
                "round_id": order["round_id"],
            }
            days = {"issue_date": "2027-02-01", "due_date": "2027-03-03"}
            sums = {"net_pence": net, "vat_pence": 0, "gross_pence": net}
            self.market.hear(("BillIssued", {**head, **days, **sums, "amounts": told}))
            for code, pence in amounts.items():
                self.spent[code] += pence
                self.left[order["purchase_order_id"], code] -= pence

    @is_closed
    @rule()
    def settle(self) -> None:
        for order in self.orders:
            body = {"purchase_order_id": order["purchase_order_id"], "number": order["number"]}
            self.market.hear(("PurchaseOrderSettled", body))
            if self.market.sql(
                "SELECT 1 FROM purchase_order WHERE number = :n AND settled_at IS NOT NULL", n=order["number"]
            ):
                self.release(order)

    def release(self, order: dict[str, Any]) -> None:
        for key in [key for key in self.left if key[0] == order["purchase_order_id"]]:
            del self.left[key]

    @is_closed
    @rule()
    def start_the_next(self) -> None:
        self.open_round()

    @invariant()
    def every_amount_counts_once(self) -> None:
        found = ok(self.market.as_(buyer(self.urn)).get(f"/budgets/{self.urn}?financial_year=2026-27"))
        items = {item["category_code"]: item for item in found["items"]}
        waits = self.state in ("submitted", "approved")
        for code, prices in PRICES.items():
            price = next(price for quantity, price in prices if self.wanted[code] >= quantity)
            item = items.get(code, Counter())
            committed = sum(net for (_, category), net in self.left.items() if category == code)
            expected = (self.wanted[code] * price if waits else 0, committed, self.spent[code])
            assert (item["reserved_pence"], item["committed_pence"], item["actual_pence"]) == expected
        total = sum(each["amount_pence"] for each in found["movements"])
        assert total == sum(
            item["reserved_pence"] + item["committed_pence"] + item["actual_pence"] for item in items.values()
        )


def test_every_amount_counts_once(market: Market) -> None:
    BudgetLife.market = market
    run_state_machine_as_test(
        BudgetLife,
        settings=settings(
            max_examples=8,
            stateful_step_count=18,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=PHASES,
        ),
    )
