"""Wrong input at every door of `/api/v1`: a clear problem with a stable code, and nothing changed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import urllib3

from tests.e2e.alliance import Alliance
from tests.e2e.api import Api, Refused
from tests.e2e.documents import bank_statement, supplier_invoice
from tests.e2e.hands import ApiHands

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE Invoice [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">&d;</Invoice>"""


@pytest.fixture(scope="module")
def ordered(module_alliance: Alliance) -> ApiHands:
    """A closed and accepted round of four schools, and a second round that is open with one draft."""
    hands = ApiHands(module_alliance)
    name = next(iter(module_alliance.offers))
    hands.open_round("Closed", module_alliance.contract)
    for school, boxes in zip(module_alliance.schools[:4], (34, 41, 18, 9), strict=True):
        hands.order(school, {name: boxes})
        hands.approve(school)
    hands.close_round()
    hands.accept_purchase_order()
    return hands


@pytest.fixture(scope="module")
def open_round(ordered: ApiHands) -> ApiHands:
    hands = ApiHands(ordered.alliance)
    hands.open_round("Open", ordered.alliance.contract)
    return hands


def state_of(hands: ApiHands) -> Any:
    """All that these tests might change, as the people concerned see it."""
    alliance = hands.alliance
    oak = alliance.schools[0]
    buyer = alliance.api(oak.buyer)
    rounds = hands.manager.get("/rounds")["items"]
    return {
        "rounds": rounds,
        "order": buyer.get(f"/rounds/{hands.round_id}/orders/{oak.urn}"),
        "purchase_orders": hands.manager.get("/purchase-orders")["items"],
        "invoices": hands.manager.get("/supplier-invoices")["items"],
        "bills": hands.manager.get("/bills")["items"],
        "bank": hands.manager.get("/bank-lines")["items"],
        "account": buyer.get(f"/accounts/{oak.urn}"),
    }


def refusal(call: Callable[[], Any]) -> tuple[int, str | None]:
    with pytest.raises(Refused) as caught:
        call()
    problem = caught.value.problem
    assert problem["status"] == caught.value.status
    assert problem["detail"]
    return caught.value.status, caught.value.code


def test_orders_refuse_what_is_no_order(open_round: ApiHands) -> None:
    alliance = open_round.alliance
    oak, elm = alliance.schools[:2]
    api = alliance.api(oak.buyer)
    (offer,) = alliance.offers.values()
    path = f"/rounds/{open_round.round_id}/orders/{oak.urn}"
    before = state_of(open_round)

    def put(lines: Any) -> tuple[int, str | None]:
        return refusal(lambda: api.put(path, {"lines": lines}, version=0))

    for quantity in (-1, 10**9, 1.5, "many", None, True):
        assert put([{"offer_id": offer["offer_id"], "quantity": quantity}]) == (422, "validation_failed")
    assert put([{"offer_id": "no-uuid", "quantity": 1}])[0] == 422
    assert put([{"offer_id": "00000000-0000-4000-8000-000000000001", "quantity": 1}])[0] == 422
    assert put([{"offer_id": offer["offer_id"], "quantity": 1}] * 2)[0] == 422
    assert put("not a list") == (422, "validation_failed")
    assert refusal(lambda: api.send("PUT", path, b"{", version=0)) == (400, "malformed_json")
    assert refusal(lambda: api.put(path, {"lines": []}))[0] == 428
    assert refusal(lambda: api.put(path, {"lines": []}, version=9)) == (412, "version_conflict")
    assert refusal(lambda: api.post(f"{path}/submit", version=0))[0] in (409, 422)
    assert refusal(lambda: api.get(f"/rounds/{open_round.round_id}/orders/{elm.urn}")) == (404, "not_found")
    assert refusal(lambda: api.put(path.replace(str(oak.urn), str(elm.urn)), {"lines": []}, version=0))[0] == 404
    assert refusal(lambda: api.get(f"/rounds/{open_round.round_id}/orders/999999")) == (404, "not_found")
    assert refusal(lambda: api.get("/rounds/nonsense")) == (404, "not_found")
    assert state_of(open_round) == before


def test_a_closed_round_takes_no_orders(ordered: ApiHands) -> None:
    alliance = ordered.alliance
    oak = alliance.schools[0]
    (offer,) = alliance.offers.values()
    api = alliance.api(oak.buyer)
    path = f"/rounds/{ordered.round_id}/orders/{oak.urn}"
    before = state_of(ordered)
    lines = {"lines": [{"offer_id": offer["offer_id"], "quantity": 1}]}
    version = api.get(path)["version"]
    assert refusal(lambda: api.put(path, lines, version=version)) == (409, "round_not_open")
    assert refusal(lambda: ordered.manager.put(path, lines, version=version))[0] in (403, 404)
    assert refusal(lambda: ordered.manager.post(f"/rounds/{ordered.round_id}/close", version=0))[0] in (409, 412)
    assert state_of(ordered) == before


def test_receipts_refuse_what_was_not_ordered(ordered: ApiHands) -> None:
    alliance = ordered.alliance
    order = ordered.purchase_order()
    api = alliance.api(alliance.schools[0].buyer)
    path = f"/purchase-orders/{order['purchase_order_id']}/receipts"
    before = state_of(ordered)
    for lines in (
        [{"line_no": 1, "quantity_received": -1}],
        [{"line_no": 99, "quantity_received": 1}],
        [{"line_no": 1, "quantity_received": 10**9}],
        [],
    ):
        assert refusal(lambda lines=lines: api.post(path, {"lines": lines}))[0] == 422
    outsider = alliance.api(alliance.schools[4].buyer)
    assert refusal(lambda: outsider.post(path, {"lines": [{"line_no": 1, "quantity_received": 1}]})) == (
        404,
        "not_found",
    )
    assert state_of(ordered) == before


def test_invoices_refuse_bombs_strangers_and_bad_sums(ordered: ApiHands) -> None:
    alliance = ordered.alliance
    ordered.alliance.stack.caught_up()
    order = ordered.purchase_order()
    api = alliance.api(alliance.supplier_user)
    good = supplier_invoice(order, number="W-1")
    before = state_of(ordered)

    def send(document: bytes, content_type: str = "application/xml") -> tuple[int, str | None]:
        return refusal(lambda: api.post("/supplier-invoices", document, content_type=content_type))

    assert send(BOMB)[0] in (400, 422)
    assert send(good[: len(good) // 2])[0] in (400, 422)
    assert send(b"\xff\xfe not xml at all")[0] in (400, 422)
    assert send(good, "image/png")[0] == 415
    assert send(b"x" * (33 * 1024 * 1024))[0] == 413
    assert send(good.replace(order["number"].encode(), b"PO-999999")) == (422, "no_order")
    total = b'TaxInclusiveAmount currencyID="GBP">'
    assert send(good.replace(total, total + b"9")) == (422, "invoice_arithmetic")
    assert send(good.replace(b">GBP<", b">EUR<"))[0] == 422
    assert refusal(
        lambda: alliance.api(alliance.schools[0].buyer).post("/supplier-invoices", good, content_type="application/xml")
    ) == (403, "forbidden")
    assert state_of(ordered) == before


def test_statements_are_taken_whole_or_not_at_all(ordered: ApiHands) -> None:
    manager = ordered.manager
    good = bank_statement(opening_pence=1_000_00, number="77")
    before = state_of(ordered)

    def send(document: bytes, content_type: str) -> tuple[int, str | None]:
        return refusal(lambda: manager.post("/bank-statements", document, content_type=content_type))

    assert send(good[: len(good) // 2], "application/xml") == (422, "statement_unreadable")
    assert send(BOMB, "application/xml")[0] == 422
    assert send(good.replace(b'<Amt Ccy="GBP">1000.00', b'<Amt Ccy="GBP">999.00', 1), "application/xml")[0] == 422
    assert send(b"date,amount,reference\n2026-13-45,10.00,x\n", "text/csv") == (422, "statement_unreadable")
    assert state_of(ordered) == before


def test_the_door_itself(ordered: ApiHands) -> None:
    base = ordered.alliance.stack.url
    http = urllib3.PoolManager(retries=False)

    def call(path: str, **headers: str) -> tuple[int, str]:
        answer = http.request("GET", f"{base}/api/v1{path}", headers=headers)
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        return answer.status, json.loads(answer.data)["code"]

    assert call("/schools")[0] == 401
    assert call("/schools", Authorization="Bearer nonsense")[0] == 401
    assert call("/nothing", Authorization="Bearer nonsense")[0] in (401, 404)
    assert call("/../internal/events?after=0")[0] in (401, 404)
    with pytest.raises(Refused) as caught:
        Api(base, ordered.alliance.manager, "a wrong password entirely")
    assert caught.value.status == 401
