"""A small clean life: one alliance's round from the schools' orders to the bank, through the real services.

Events travel as they do in a running stack, only in the test's own hands: each producer's rows are numbered, and each
consumer takes the pages that follow its cursor.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import psycopg
from sqlalchemy import make_url
from werkzeug.test import TestResponse

from chassis.actor import SERVICE, Actor
from chassis.consumer import Consumer, handlers_in
from chassis.event import read_page
from chassis.event_log import page_after
from chassis.relay import number_committed
from contracts.topology import PRODUCERS, SUBSCRIPTIONS
from gateway.usecases.keep_form import keep_form
from gateway.usecases.send_mail import make_up_digests
from gateway.usecases.set_password import set_password
from gateway.usecases.sign_in import sign_in
from services.orders.api.order_documents import render
from services.orders.usecases import subscribe
from services.orders.usecases.make_documents import make_due_documents
from services.orders.usecases.run_subscriptions import run_due_plans
from services.orders.usecases.tell_order_news import tell_order_news
from tests.backends import ServiceDatabase
from tests.clients import Clients
from tests.orders.advices import an_advice
from tests.verify.life_of_answers import answer_with_changes
from tests.verify.life_of_money import credit_two_units, invoice_directly
from tests.verify.life_of_payments import chase, pay, post_by_hand
from tests.verify.life_of_suppliers import change_bank_details, open_an_order
from tests.verify.life_of_the_fund import keep_a_fund

ASH, BEECH, CEDAR, DAMSON, ELDER = 900001, 900002, 900003, 900004, 900005
SCHOOLS = {ASH: "Ash Primary", BEECH: "Beech School", CEDAR: "Cedar Academy", DAMSON: "Damson Infants"}
PASSWORD = "correct horse battery staple 7"
ALLIANCE = {
    "name": "The five trees",
    "legal_name": "Five Trees Limited",
    "address": {"lines": ["1 Orchard Road"], "town": "Canterbury", "postcode": "CT1 1AA"},
    "email": "office@trees.example",
    "telephone": "01632 960001",
}
SETTINGS = {
    "stationery": ("Stationery", "30192000-1", "E19"),
    "cleaning": ("Cleaning", "39830000-9", "E14"),
}

PLAN = {
    "title": "Payroll bureau",
    "category_code": "cleaning",
    "category_name": "Cleaning",
    "ledger_code": "E14",
    "driver": "payslips",
    "unit_price": "48.0000",
    "billing_period": "month",
    "billed": "arrears",
    "starts_on": "2026-09-01",
    "ends_on": "2031-08-31",
    "vat_class": "S",
    "entitlements": [{"code": "adviser", "name": "Adviser days", "unit": "DAY", "quantity": "3"}],
}

SETTLED = {"Zips": {"settlement": "direct"}}


def person_id(name: str) -> str:
    """The id of somebody who acts in the life."""
    return str(uuid5(NAMESPACE_URL, name))


MANAGER = Actor("alliance", person_id("manager"), "Morgan", frozenset({"alliance_manager", "board_member"}))


def buyer(urn: int) -> Actor:
    """Somebody who fills in a school's order."""
    return Actor("school", person_id(f"buyer {urn}"), "Bea", frozenset({"school_buyer"}), school_urn=urn)


def approver(urn: int) -> Actor:
    """Somebody who approves a school's order."""
    return Actor("school", person_id(f"approver {urn}"), "Alex", frozenset({"school_approver"}), school_urn=urn)


def seller(supplier_id: str) -> Actor:
    """Somebody at a supplier."""
    return Actor("supplier", person_id(supplier_id), "Sal", frozenset({"supplier_user"}), supplier_id=supplier_id)


class Life:
    """The alliance's five databases and what is done in them."""

    def __init__(self, databases: Callable[[str], ServiceDatabase]) -> None:
        self.databases = {part: databases(part) for part in (*PRODUCERS, "gateway")}
        self.clients = Clients(self.databases.__getitem__)

    def live(self) -> None:
        """From the first school to the bank statement; every event is taken by everybody who listens."""
        contracts, offers = self.begin()
        self._plan(contracts[:1])
        round_id = self._order(contracts, offers)
        self.tell()
        orders = self._deliver(round_id)
        open_an_order(self.databases["gateway"])
        self.tell()
        self._settle(round_id, orders)
        self.tell()
        self._amend(orders["Cleaning"], BEECH, 4)
        self.tell()
        self._begin_another(contracts, offers)
        self.tell()
        self._subscribe(contracts[0])
        self._credit(round_id, orders)
        keep_a_fund(self.databases["billing"].database, MANAGER, ASH)
        chase(self._do, self.databases["billing"].database, buyer(CEDAR))
        post_by_hand(self._do, MANAGER)
        pay(self._do, self.tell, self.databases["billing"].database, MANAGER, orders["Paper"]["supplier_id"])
        self.tell()
        self._answer(contracts, offers)
        self.tell()
        make_due_documents(self.databases["orders"].database, render, lambda: datetime.now(UTC))
        make_up_digests(self.databases["gateway"].database, datetime.now(UTC) + timedelta(days=2))
        self.rest()

    def begin(self) -> tuple[list[str], dict[str, str]]:
        """Schools and suppliers join, contracts are agreed: the contracts' ids, and the offers' by sku."""
        suppliers = self._join()
        self.tell()
        self.contracts, offers = self._agree(*suppliers)
        self.tell()
        return self.contracts, offers

    def open_round(self, title: str) -> str:
        """A round of all contracts that takes orders; its id."""
        return self._open(title, self.contracts)

    def rest(self) -> None:
        """Leave the databases, so that they can be copied."""
        for database in self.databases.values():
            database.database.dispose()

    def join(self, urn: int, name: str) -> None:
        """A school joins; the others have yet to hear of it."""
        self._do("members", MANAGER, "PUT", f"/schools/{urn}", school(name), version=0)

    def tell(self) -> None:
        """Let every event reach everybody who listens, also those that follow from it."""
        tell_order_news(self.databases["orders"].database, datetime.now(UTC))
        while sum(self._number(producer) for producer in PRODUCERS):
            for consumer, producers in SUBSCRIPTIONS.items():
                for producer in producers:
                    self._take(consumer, producer)

    def _number(self, producer: str) -> int:
        url = make_url(self.databases[producer].app_url).set(drivername="postgresql")
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            return number_committed(connection)

    def _take(self, consumer: str, producer: str) -> None:
        inbox = handlers_in("gateway.inbox" if consumer == "gateway" else f"services.{consumer}.inbox")
        applier = Consumer(producer, self.databases[consumer].database, inbox)
        with self.databases[producer].database.transaction(SERVICE) as connection:
            page = read_page(page_after(connection, applier.position()).text, producer)
        applier.take(page.events)

    def _join(self) -> tuple[str, str]:
        members = partial(self._do, "members", MANAGER)
        for urn, name in SCHOOLS.items():
            self.join(urn, name)
        self._settle_in()
        members("PUT", "/alliance", ALLIANCE, version=0)
        paper, soap = (
            members("POST", "/suppliers", {"name": name, "email": f"{name}@trade.example", "vat_number": None})
            for name in ("fenwright", "oakdale")
        )
        head = [{"role": "school_approver", "school_urn": ASH, "supplier_id": None, "starts_on": "2026-01-01"}]
        desk = [{"role": "supplier_user", "supplier_id": paper["supplier_id"], "starts_on": "2026-01-01"}]
        board = [{"role": "board_member", "starts_on": "2026-01-01", "ends_on": "2030-01-01"}]
        for name, roles in (("Head", head), ("Desk", desk), ("Chair", [*board, *head])):
            person = members("POST", "/people", {"name": name, "email": f"{name}@people.example", "roles": roles})
            if name == "Desk":
                actor = replace(seller(paper["supplier_id"]), person_id=person["person_id"])
                change_bank_details(self.databases["members"], self._do, MANAGER, actor, paper, DAMSON)
        set_password(self.databases["gateway"].database, person["person_id"], PASSWORD)
        self._decide_who_approves(head)
        return paper["supplier_id"], soap["supplier_id"]

    def _decide_who_approves(self, head: list[dict[str, Any]]) -> None:
        """Damson sets limits, and its deputy names somebody of the office to stand in."""
        at_damson = partial(self._do, "members", approver(DAMSON))
        limit = {"role": "school_approver", "category_code": None, "amount_pence": 5_000_00}
        sent = {"limits": [limit], "second_above_pence": 2_000_00}
        at_damson("PUT", f"/schools/{DAMSON}/approval-limits", sent, version=0)
        deputy, office = (
            self._do(
                "members",
                MANAGER,
                "POST",
                "/people",
                {
                    "name": name,
                    "email": f"{name}@people.example",
                    "roles": [{**head[0], "role": role, "school_urn": DAMSON}],
                },
            )["person_id"]
            for name, role in (("Deputy", "school_approver"), ("Office", "school_buyer"))
        )
        today = datetime.now(UTC).date()
        days = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=9)).isoformat()}
        actor = replace(approver(DAMSON), person_id=deputy)
        self._do("members", actor, "PUT", f"/schools/{DAMSON}/delegations/{office}", days)

    def _settle_in(self) -> None:
        """Ash counts its pupils twice and names two sites; Damson leaves and comes back as an associate."""
        for day, pupils in (("2025-01-16", 260), ("2026-01-15", 271)):
            count = {"counted_on": day, "pupils": pupils, "source": "school census"}
            self._do("members", MANAGER, "POST", f"/schools/{ASH}/pupil-counts", count)
        sites = [site("Main building", main=True), site("Annexe", main=False)]
        self._do("members", buyer(ASH), "PUT", f"/schools/{ASH}/sites", {"sites": sites}, version=0)
        self._do("members", MANAGER, "POST", f"/schools/{DAMSON}/leave", {"left_on": "2025-12-31"}, version=1)
        again = {"joined_on": "2026-02-01", "membership_class": "associate"}
        self._do("members", MANAGER, "POST", f"/schools/{DAMSON}/memberships", again, version=2)

    def _agree(self, paper: str, soap: str) -> tuple[list[str], dict[str, str]]:
        catalogue = partial(self._do, "catalogue", MANAGER, "POST")
        for code, (name, cpv, ledger_code) in SETTINGS.items():
            catalogue("/categories", {"code": code, "name": name, "cpv": cpv, "ledger_code": ledger_code})
        contracts = {
            title: catalogue("/contracts", contract(title, supplier, category) | SETTLED.get(title, {}))["contract_id"]
            for title, supplier, category in (
                ("Cleaning", soap, "cleaning"),
                ("Devices", soap, "stationery"),
                ("Paper", paper, "stationery"),
                ("Toner", paper, "stationery"),
                ("Zips", paper, "stationery"),
            )
        }
        grounds = catalogue("/contracts", contract("Grounds", soap, "stationery") | {"charges": [VISIT]})
        wanted = (
            ("SOAP", "Cleaning"),
            ("TABLET", "Devices"),
            ("A4", "Paper"),
            ("A3", "Paper"),
            ("TONER", "Toner"),
            ("ZIP", "Zips"),
        )
        offers = {sku: catalogue("/offers", offer(sku, contracts[title]))["offer_id"] for sku, title in wanted}
        self._price(grounds["contract_id"])
        for exempt in ({"offer_id": offers["SOAP"]}, {"category_code": "cleaning"}):
            sent = {"vat_class": "Z", "valid_from": "2026-01-01", "school_urn": BEECH, "certificate": "C-7"}
            catalogue("/vat-exceptions", sent | exempt)
        gone = catalogue("/offers", offer("GONE", contracts["Paper"]))
        catalogue(f"/offers/{gone['offer_id']}/withdraw")
        return list(contracts.values()), offers

    def _price(self, contract_id: str) -> None:
        """A price list puts an article under the contract."""
        manager = partial(self._do, "catalogue", MANAGER, "POST")
        options = {"data": "sku,name,unit,vat,price\nMOW,Mowing,HUR,S,31.5\n", "content_type": "text/csv"}
        made = manager(f"/contracts/{contract_id}/price-lists", **options)
        manager(f"/price-lists/{made['price_list_id']}/apply", version=1)

    def _order(self, contracts: Sequence[str], offers: Mapping[str, str]) -> str:
        budgets = [{"category_code": "stationery", "amount_pence": 9_000_00, "hard": True}]
        sent = {"financial_year": "2026-27", "budgets": budgets}
        self._do("orders", approver(ASH), "PUT", f"/budgets/{ASH}", sent, version=0)
        round_id = self._open("Autumn", contracts)
        self._approve(round_id, ASH, {offers["A4"]: 34, offers["A3"]: 7, offers["SOAP"]: 5, offers["TONER"]: 2})
        self._approve(round_id, BEECH, {offers["A4"]: 41, offers["A3"]: 7, offers["SOAP"]: 5})
        self._approve(round_id, CEDAR, {offers["A4"]: 18, offers["A3"]: 7, offers["TABLET"]: 3, offers["ZIP"]: 2})
        self._send(round_id, DAMSON, {offers["A4"]: 9})
        self._do("orders", MANAGER, "POST", f"/rounds/{round_id}/close")
        return round_id

    def _deliver(self, round_id: str) -> dict[str, dict[str, Any]]:
        """Three purchase orders are accepted, Devices is rejected; Beech gets its paper short, and no soap."""
        listed = self._do("orders", MANAGER, "GET", f"/purchase-orders?round_id={round_id}")["items"]
        orders = {item["contract_title"]: item for item in listed}
        for title, item in orders.items():
            sent = {"answer": "rejected", "reason": "Sold out"} if title == "Devices" else {"answer": "accepted"}
            path = f"/purchase-orders/{item['purchase_order_id']}"
            self._do("orders", seller(item["supplier_id"]), "POST", f"{path}/acknowledgement", sent)
            orders[title] = self._do("orders", MANAGER, "GET", path)
        path = f"/purchase-orders/{orders['Paper']['purchase_order_id']}"
        self._do("orders", seller(orders["Paper"]["supplier_id"]), "POST", f"{path}/despatches", {})
        a3, a4 = (line["line_no"] for line in sorted(orders["Paper"]["lines"], key=lambda line: line["sku"]))
        for urn, units in (
            (ASH, {a4: 30, a3: 7}),
            (ASH, {a4: 4}),
            (CEDAR, {a4: 18, a3: 7}),
        ):
            self._receive(orders["Paper"], urn, units)
        self._claim(orders["Paper"], {a4: 38, a3: 7})
        self._receive(orders["Cleaning"], ASH, {1: 5})
        toner = orders["Toner"]
        advice = {"data": an_advice(f"{toner['number']}-1", [(1, "2", None)]), "content_type": "application/xml"}
        sent = self._do("orders", seller(toner["supplier_id"]), "POST", "/despatches", **advice)
        self._receive(toner, ASH, {1: 2}, sent["despatch_id"])
        self._receive(orders["Zips"], CEDAR, {1: 2})
        return orders

    def _claim(self, order: Mapping[str, Any], units: Mapping[int, int]) -> None:
        """Beech gets three boxes damaged and takes a photo; the supplier promises a credit."""
        path, beech = f"/purchase-orders/{order['purchase_order_id']}", buyer(BEECH)
        photo = self._do("orders", beech, "POST", f"{path}/photos", data=b"\x89PNG\r\n\x1a\n...")["photo_id"]
        lines: list[dict[str, Any]] = [{"line_no": no, "quantity_received": count} for no, count in units.items()]
        lines[0] |= {"quantity_damaged": 3, "photos": [photo]}
        self._do("orders", beech, "POST", f"{path}/receipts", {"lines": lines})
        (claim,) = self._do("orders", seller(order["supplier_id"]), "GET", "/claims")["items"]
        answer = f"/claims/{claim['receipt_id']}/{claim['line_no']}/answer"
        self._do("orders", seller(order["supplier_id"]), "POST", answer, {"answer": "credit"})

    def _settle(self, round_id: str, orders: Mapping[str, Mapping[str, Any]]) -> None:
        """Toner settles. Beech's short paper and soap stay held; Ash's soap is accepted at its own price."""
        billing = partial(self._do, "billing", MANAGER)
        paper, _, soap = (
            self._invoice(orders["Paper"]),
            self._invoice(orders["Toner"]),
            self._invoice(orders["Cleaning"], dearer=True),
        )
        path = f"/supplier-invoices/{soap['supplier_invoice_id']}/matches/1/{ASH}/accept"
        billing("POST", path, {"reason": "The supplier will credit the rest"})
        bills = {bill["school_urn"]: bill for bill in billing("POST", "/bills", {"round_id": round_id})["items"]}
        rows = [
            (bills[ASH]["gross_pence"], bills[ASH]["payment_reference"]),
            (bills[CEDAR]["gross_pence"] - 1, bills[CEDAR]["payment_reference"]),
            (-paper["gross_pence"], paper["our_number"]),
        ]
        self._import(rows)
        self._import([*rows, (bills[BEECH]["gross_pence"], bills[BEECH]["payment_reference"])])

    def _credit(self, round_id: str, orders: Mapping[str, Mapping[str, Any]]) -> None:
        """Two units of Ash's paper come back as a credit note; Cedar pays for its zips directly."""
        billing = self.databases["billing"].database
        paper, zips = orders["Paper"], orders["Zips"]
        credit_two_units(billing, seller(paper["supplier_id"]), MANAGER, round_id, paper, ASH)
        invoice_directly(billing, seller(zips["supplier_id"]), buyer(CEDAR), zips, CEDAR)

    def _amend(self, order: Mapping[str, Any], urn: int, quantity: int) -> None:
        """The school, the supplier and the manager agree to another quantity of its first line."""
        path = f"/purchase-orders/{order['purchase_order_id']}/amendments"
        sent = {"school_urn": urn, "line_no": 1, "quantity": quantity, "reason": "One is enough"}
        asked = self._do("orders", buyer(urn), "POST", path, sent)
        for actor in (approver(urn), seller(order["supplier_id"]), MANAGER):
            agreement = f"{path}/{asked['amendment_id']}/agreement"
            asked = self._do("orders", actor, "POST", agreement, version=asked["version"])

    def _answer(self, contracts: Sequence[str], offers: Mapping[str, str]) -> None:
        """Another round: its paper is short and shared, its soap is dearer, to which Ash agrees."""
        round_id = self._open("Winter", contracts)
        self._approve(round_id, ASH, {offers["A4"]: 10, offers["SOAP"]: 4})
        self._approve(round_id, BEECH, {offers["A4"]: 10})
        self._do("orders", MANAGER, "POST", f"/rounds/{round_id}/close")
        approvers = {urn: approver(urn) for urn in (ASH, BEECH)}
        answer_with_changes(self._do, MANAGER, seller, approvers, round_id)

    def _begin_another(self, contracts: Sequence[str], offers: Mapping[str, str]) -> None:
        round_id = self._open("Spring", contracts)
        self._send(round_id, ASH, {offers["A4"]: 3})
        gateway = self.databases["gateway"].database
        signed_in = sign_in(gateway, "Chair@people.example", PASSWORD, address="127.0.0.1")
        assert keep_form(gateway, signed_in.token, "/orders", [("A4", "3")])

    def _subscribe(self, contract_id: str) -> None:
        """A plan that began in September 2026: Ash leaves, its first month is confirmed, invoiced and billed."""
        orders, supplier = self.databases["orders"].database, seller(self._supplier_of(contract_id))
        plan = self._do("orders", MANAGER, "POST", "/subscription-plans", PLAN | {"contract_id": contract_id})
        at = datetime(2026, 9, 1, 12, tzinfo=UTC)
        joined = {}
        for urn in (ASH, BEECH):
            asked = subscribe.ask_to_join(orders, buyer(urn), plan["plan_id"], at.date(), at)
            subscribe.approve(orders, approver(urn), asked, 1, at)
            joined[urn] = asked
            reading = {"school_urn": urn, "read_on": "2026-09-01", "quantity": 40, "source": "September payroll"}
            self._do("orders", MANAGER, "POST", f"/subscription-plans/{plan['plan_id']}/readings", reading)
        use = {"code": "adviser", "used_on": "2026-09-08", "quantity": "2"}
        self._do("orders", buyer(BEECH), "POST", f"/subscriptions/{joined[BEECH]}/uses", use)
        subscribe.leave(orders, approver(ASH), joined[ASH], 2, date(2026, 9, 20), at)
        run_due_plans(orders, datetime(2026, 11, 2, tzinfo=UTC))
        listed = self._do("orders", MANAGER, "GET", f"/purchase-orders?plan_id={plan['plan_id']}")["items"]
        first = self._do("orders", MANAGER, "GET", f"/purchase-orders/{listed[-1]['purchase_order_id']}")
        path = f"/purchase-orders/{first['purchase_order_id']}"
        self._do("orders", supplier, "POST", f"{path}/acknowledgement", {"answer": "accepted"})
        self._receive(first, ASH, {1: 1})
        self.tell()
        self._invoice(first)
        self._do("billing", MANAGER, "POST", "/bills", {"purchase_order_id": first["purchase_order_id"]})
        self.tell()

    def _supplier_of(self, contract_id: str) -> str:
        contracts = self._do("catalogue", MANAGER, "GET", "/contracts")["items"]
        return next(str(each["supplier_id"]) for each in contracts if each["contract_id"] == contract_id)

    def _plan(self, contracts: Sequence[str], title: str = "Winter") -> dict[str, Any]:
        sent = {
            "title": title,
            "closes_at": f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}",
            "delivery_from": "2027-01-04",
            "delivery_to": "2027-01-22",
            "contract_ids": list(contracts),
        }
        return self._do("orders", MANAGER, "POST", "/rounds", sent)

    def _open(self, title: str, contracts: Sequence[str]) -> str:
        round_id = self._plan(contracts, title)["round_id"]
        self._do("orders", MANAGER, "POST", f"/rounds/{round_id}/open")
        return str(round_id)

    def _send(self, round_id: str, urn: int, quantities: Mapping[str, int]) -> dict[str, Any]:
        lines = [{"offer_id": offer_id, "quantity": quantity} for offer_id, quantity in quantities.items()]
        path = f"/rounds/{round_id}/orders/{urn}/submit"
        return self._do("orders", buyer(urn), "POST", path, {"lines": lines}, version=0)

    def _approve(self, round_id: str, urn: int, quantities: Mapping[str, int]) -> None:
        sent = self._send(round_id, urn, quantities)
        path = f"/rounds/{round_id}/orders/{urn}/approve"
        self._do("orders", approver(urn), "POST", path, version=sent["version"])

    def _receive(
        self, order: Mapping[str, Any], urn: int, units: Mapping[int, int], despatch_id: str | None = None
    ) -> None:
        lines = [{"line_no": line_no, "quantity_received": count} for line_no, count in units.items()]
        sent = {"lines": lines, "despatch_id": despatch_id}
        self._do("orders", buyer(urn), "POST", f"/purchase-orders/{order['purchase_order_id']}/receipts", sent)

    def _invoice(self, order: Mapping[str, Any], *, dearer: bool = False) -> dict[str, Any]:
        """The supplier invoices all that was ordered; `dearer`: a penny a unit above the order's price."""
        lines = [
            {
                "order_line_no": line["line_no"],
                "quantity": line["quantity"],
                "unit_price": f"{float(line['unit_price']) + dearer / 100:.4f}",
                "net_pence": line["net_pence"] + dearer * line["quantity"],
                "vat_class": "S",
            }
            for line in order["lines"]
        ]
        net = sum(line["net_pence"] for line in lines)
        sent = {
            "number": f"INV {order['number']}",
            "issue_date": "2026-11-23",
            "purchase_order_number": order["number"],
            "lines": lines,
            "net_pence": net,
            "vat_pence": net // 5,
            "gross_pence": net + net // 5,
        }
        return self._do("billing", seller(order["supplier_id"]), "POST", "/supplier-invoices", sent)

    def _import(self, rows: Sequence[tuple[int, str]]) -> None:
        body = "".join(f"2026-11-24,{pence / 100:.2f},Payer,{reference}\n" for pence, reference in rows)
        options = {"data": f"date,amount,counterparty,reference\n{body}", "content_type": "text/csv"}
        self._do("billing", MANAGER, "POST", "/bank-statements?account=12345678", **options)

    def _do(self, part: str, actor: Actor, method: str, path: str, sent: Any = None, **options: Any) -> Any:
        if sent is not None:
            options["json"] = sent
        if method == "POST":
            options["key"] = str(uuid4())
        answer: TestResponse = self.clients(part, actor).send(method, path, **options)
        assert answer.status_code in (200, 201, 204), f"{method} {path}: {answer.get_data(as_text=True)}"
        return answer.get_json() if answer.data else None


def site(name: str, *, main: bool) -> dict[str, Any]:
    """What a school says of one of its delivery sites."""
    return {"name": name, "address": "Ash Lane", "postcode": "ME13 7AA", "instructions": "Ring.", "main": main}


def school(name: str) -> dict[str, Any]:
    """A school as its editor sends it."""
    return {
        "name": name,
        "phase": "primary",
        "type_code": "1",
        "la_code": "886",
        "establishment_number": "2001",
        "low_age": 4,
        "high_age": 11,
        "pupils": 210,
        "pupils_on": "2025-10-01",
        "pupils_source": "autumn census",
        "postcode": "CT1 1AA",
        "town": "Canterbury",
        "joined_on": "2025-09-01",
    }


VISIT = {
    "code": "VISIT",
    "name": "Visits",
    "kind": "fixed",
    "amount_pence": 9_000,
    "share_by": "equal",
    "vat_class": "S",
}


def contract(title: str, supplier_id: str, category: str) -> dict[str, Any]:
    """A contract as its editor sends it."""
    return {
        "supplier_id": supplier_id,
        "title": title,
        "reference": f"C-{title}",
        "category_code": category,
        "starts_on": "2025-09-01",
        "ends_on": "2030-08-31",
    }


def offer(sku: str, contract_id: str) -> dict[str, Any]:
    """An offer with two prices; the total of A4 reaches the lower one."""
    return {
        "contract_id": contract_id,
        "category_code": "cleaning" if sku == "SOAP" else "stationery",
        "sku": sku,
        "name": f"Article {sku}",
        "description": "",
        "unit": "XBX",
        "pack_size": 1,
        "vat_class": "S",
        "tiers": [{"from_quantity": 1, "unit_price": "12.5050"}, {"from_quantity": 50, "unit_price": "11.8000"}],
        "phases": ["primary"],
    }
