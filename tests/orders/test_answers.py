"""A supplier answers with changes, by form or by file; the manager decides; schools that would pay more are asked."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from werkzeug.test import TestResponse

from chassis.actor import Actor
from contracts.events import schemas
from services.orders.usecases.chase import chase_answers
from services.orders.usecases.chase_decisions import chase_decisions
from tests.orders.market import MANAGER, Market, approver, buyer, ok, refused, supplier_user
from tests.workbooks import workbook

Closed = tuple[Market, Any, int, int]


@pytest.fixture
def closed(shared_market: Market) -> Closed:
    """An issued order over two lines: oak has 34 boxes and 2 pens, elm 41 boxes; 75 boxes at 11.80 each."""
    market = shared_market
    paper, pens = market.offer(), market.offer("Pens")
    oak, elm = market.school(name="Oak"), market.school(name="Elm")
    round_id = market.open_round()
    market.order(round_id, oak, {paper: 34, pens: 2})
    market.order(round_id, elm, {paper: 41})
    market.close(round_id)
    (order,) = market.purchase_orders(round_id)
    return market, order, oak, elm


def say(market: Market, order: Any, *lines: dict[str, Any], answer: str = "changes", **more: Any) -> TestResponse:
    path = f"/purchase-orders/{order['purchase_order_id']}/acknowledgement"
    actor = supplier_user(order["supplier_id"])
    return market.as_(actor).post(path, {"answer": answer, "lines": list(lines), **more})


def answers(market: Market, order: Any, actor: Actor = MANAGER) -> list[Any]:
    path = f"/purchase-orders/{order['purchase_order_id']}/answers"
    listed = ok(market.as_(actor).get(path))["items"]
    return [ok(market.as_(actor).get(f"{path}/{item['answer_id']}")) for item in listed]


def decide(market: Market, order: Any, answer: Any, taken: list[int] | None = None, reason: str = "") -> TestResponse:
    path = f"/purchase-orders/{order['purchase_order_id']}/answers/{answer['answer_id']}/decision"
    return market.as_(MANAGER).post(path, {"taken_lines": taken, "reason": reason}, version=answer["version"])


def whole(market: Market, order: Any, actor: Actor = MANAGER) -> Any:
    return ok(market.as_(actor).get(f"/purchase-orders/{order['purchase_order_id']}"))


def parts(market: Market, order: Any) -> dict[tuple[int, int], tuple[int, int]]:
    return {
        (drop["school_urn"], line["line_no"]): (line["quantity"], line["net_pence"])
        for drop in whole(market, order)["drops"]
        for line in drop["lines"]
    }


def told(market: Market, order: Any, event_type: str, version: int = 1) -> list[Any]:
    found = [body for body in market.events(event_type) if body["purchase_order_id"] == order["purchase_order_id"]]
    for body in found:
        jsonschema.validate(body, schemas()[event_type, version], format_checker=jsonschema.FormatChecker())
    return found


def test_a_shortage_is_shared_shown_and_taken_as_one_revision(closed: Closed) -> None:
    market, order, oak, elm = closed
    short = {"line_no": 1, "quantity": 30, "note": "The mill is behind"}
    seen = ok(say(market, order, short, {"line_no": 2, "quantity": 0}, reason="Short of both"))
    assert (seen["state"], seen["answer_state"], seen["revision"]) == ("issued", "waiting", 1)
    (answer,) = answers(market, order)
    first, second = answer["effects"]
    assert [(drop["school_urn"], drop["quantity"], drop["net_pence"], drop["why"]) for drop in first["drops"]] == [
        (elm, 16, 18880, "shared"),
        (oak, 14, 16520, "shared"),
    ]
    assert (second["quantity_before"], second["quantity"], second["net_pence"]) == (2, 0, 0)
    assert told(market, order, "ChangesOffered")[0]["lines"] == [1, 2]
    done = ok(decide(market, order, answer))
    assert (done["state"], done["made_revision"]) == ("taken", 2)
    after = whole(market, order)
    assert (after["state"], after["revision"], after["answer_state"]) == ("accepted", 2, None)
    assert parts(market, order) == {(elm, 1): (16, 18880), (oak, 1): (14, 16520), (oak, 2): (0, 0)}
    assert (after["net_pence"], after["vat_pence"]) == (35400, 7080)
    (amended,) = told(market, order, "PurchaseOrderAmended", 2)
    assert [(drop["school_urn"], drop["line_no"], drop["quantity"]) for drop in amended["drops"]] == [
        (oak, 1, 14),
        (elm, 1, 16),
        (oak, 2, 0),
    ]
    dropped = {body["school_urn"]: body for body in told(market, order, "DropAmended")}
    assert (dropped[oak]["net_before_pence"], dropped[oak]["net_pence"]) == (34 * 1180 + 2500, 16520)
    assert told(market, order, "ChangesDecided")[0]["decision"] == "taken"
    (acknowledged,) = told(market, order, "PurchaseOrderAcknowledged", 2)
    assert (acknowledged["answer"], acknowledged["with_changes"]) == ("accepted", True)
    ok(market.receive(order, oak, {1: 14}), 201)
    ok(market.receive(order, elm, {1: 16}), 201)
    assert whole(market, order)["received_count"] == 2
    assert market.round_state(order["round_id"]) == "delivered"
    history = ok(market.as_(buyer(oak)).get(f"/rounds/{order['round_id']}/orders/{oak}"))["history"]
    assert any("34 → 14" in entry["detail"] for entry in history)


def test_who_was_cut_last_time_comes_first_next_time(shared_market: Market) -> None:
    market = shared_market
    paper = market.offer(tiers=((1, "1.0000"),))
    schools = [market.school() for _ in range(3)]
    granted = []
    for _ in range(2):
        round_id = market.open_round()
        for urn in schools:
            market.order(round_id, urn, {paper: 10})
        market.close(round_id)
        (order,) = market.purchase_orders(round_id)
        ok(say(market, order, {"line_no": 1, "quantity": 29}))
        (answer,) = answers(market, order)
        ok(decide(market, order, answer))
        granted.append([parts(market, order)[urn, 1][0] for urn in schools])
    assert granted == [[10, 10, 9], [10, 9, 10]]


def test_a_dearer_price_waits_for_each_schools_own_approver(closed: Closed) -> None:
    market, order, oak, elm = closed
    ok(say(market, order, {"line_no": 1, "unit_price": "12.0000"}))
    (answer,) = answers(market, order)
    assert [drop["must_agree"] for drop in answer["effects"][0]["drops"]] == [True, True]
    waiting = ok(decide(market, order, answer))
    assert (waiting["state"], waiting["waits_for"]) == ("with_schools", [oak, elm])
    assert {body["school_urn"]: body["more_pence"] for body in told(market, order, "ConsentWanted")} == {
        oak: 680,
        elm: 820,
    }
    refused(say(market, order, answer="accepted"), 409, "answer_decided")
    path = f"/purchase-orders/{order['purchase_order_id']}/amendments"
    (mine,) = ok(market.as_(approver(oak)).get(path))["items"]
    assert (mine["new_unit_price"], mine["asked_net_pence"]) == ("12.0000", 34 * 1200)
    refused(market.as_(MANAGER).post(f"{path}/{mine['amendment_id']}/refusal", {"reason": "x"}, version=1), 409,
            "amendment_refused")  # fmt: skip
    ok(market.as_(approver(oak)).post(f"{path}/{mine['amendment_id']}/agreement", version=1))
    assert whole(market, order)["state"] == "issued"
    (theirs,) = ok(market.as_(approver(elm)).get(path))["items"]
    refusal = f"{path}/{theirs['amendment_id']}/refusal"
    ok(market.as_(approver(elm)).post(refusal, {"reason": "Too dear"}, version=1))
    after = whole(market, order)
    assert (after["state"], after["revision"], after["lines"][0]["unit_price"]) == ("accepted", 2, "12.0000")
    assert parts(market, order) == {(oak, 1): (34, 40800), (elm, 1): (0, 0), (oak, 2): (2, 2500)}
    (done,) = answers(market, order)
    assert [(drop["school_urn"], drop["agreed"], drop["why"]) for drop in done["effects"][0]["drops"]] == [
        (elm, False, "left_out"),
        (oak, True, "as_ordered"),
    ]
    as_closed = (
        "SELECT unit_price::text FROM purchase_order_line_as_closed WHERE purchase_order_id = :id AND line_no = 1"
    )
    assert market.sql(as_closed, id=order["purchase_order_id"])[0][0] == "11.8000"


def test_the_manager_goes_on_without_schools_that_stay_silent(closed: Closed) -> None:
    market, order, oak, elm = closed
    ok(say(market, order, {"line_no": 1, "unit_price": "12.0000"}))
    (answer,) = answers(market, order)
    waiting = ok(decide(market, order, answer))
    late = datetime.now(UTC) + timedelta(days=6)
    assert answer["answer_id"] in chase_decisions(market.service.database, late)
    assert chase_decisions(market.service.database, late) == []
    (overdue,) = told(market, order, "DecisionOverdue")
    assert (overdue["awaits"], overdue["school_urns"]) == ("schools", [oak, elm])
    path = f"/purchase-orders/{order['purchase_order_id']}/answers/{answer['answer_id']}/completion"
    refused(market.as_(MANAGER).post(path, version=1), 412, "version_conflict")
    ok(market.as_(MANAGER).post(path, version=waiting["version"]))
    assert parts(market, order) == {(oak, 1): (0, 0), (elm, 1): (0, 0), (oak, 2): (2, 2500)}
    assert whole(market, order)["state"] == "accepted"


def test_a_lower_price_and_a_substitute_need_no_schools_agreement(closed: Closed) -> None:
    market, order, oak, elm = closed
    substitute = {"sku": "RC-80", "name": "Recycled paper A4"}
    line = {"line_no": 1, "unit_price": "11.5000", "substitute": substitute, "promised_on": "2027-01-25"}
    ok(say(market, order, line, {"line_no": 2, "promised_on": "2027-01-20"}))
    (answer,) = answers(market, order)
    assert answer["effects"][0]["substitute"] == substitute
    ok(decide(market, order, answer))
    after = whole(market, order)
    line = after["lines"][0]
    assert (line["sku"], line["name"], line["unit_price"]) == ("RC-80", "Recycled paper A4", "11.5000")
    assert parts(market, order) == {(oak, 1): (34, 39100), (elm, 1): (41, 47150), (oak, 2): (2, 2500)}
    days = {
        (drop["school_urn"], row["line_no"]): row["promised_on"] for drop in after["drops"] for row in drop["lines"]
    }
    assert days == {(oak, 1): "2027-01-25", (elm, 1): "2027-01-25", (oak, 2): "2027-01-20"}


def test_declined_lines_go_back_to_the_supplier(closed: Closed) -> None:
    market, order, oak, _ = closed
    ok(say(market, order, {"line_no": 1, "quantity": 70}, {"line_no": 2, "unit_price": "99.0000"}))
    (answer,) = answers(market, order)
    assert "reason" in refused(decide(market, order, answer, [1]), 422, "reason_missing")
    refused(decide(market, order, answer, [1, 9], "No"), 422, "order_answer_refused")
    done = ok(decide(market, order, answer, [1], "The price of pens is fixed"))
    assert (done["state"], done["decision"]) == ("part_taken", "The price of pens is fixed")
    after = whole(market, order)
    assert (after["state"], after["revision"]) == ("issued", 2)
    assert parts(market, order)[oak, 2] == (2, 2500)
    assert told(market, order, "ChangesDecided")[0]["lines_declined"] == [2]
    refused(say(market, order, answer="accepted", revision=1), 409, "revision_outdated")
    assert ok(say(market, order, answer="accepted", revision=2))["state"] == "accepted"
    ok(market.as_(MANAGER).get(f"/purchase-orders/{order['purchase_order_id']}/answers"))


def test_a_declined_answer_changes_nothing_and_the_supplier_is_chased_again(closed: Closed) -> None:
    market, order, *_ = closed
    before = parts(market, order)
    ok(say(market, order, {"line_no": 1, "quantity": 70}))
    late = datetime.now(UTC) + timedelta(days=12)
    assert order["purchase_order_id"] not in chase_answers(market.service.database, late)
    (answer,) = answers(market, order)
    ok(decide(market, order, answer, [], "Ask your other mill"))
    assert (whole(market, order)["state"], parts(market, order)) == ("issued", before)
    assert chase_answers(market.service.database, late) == [order["purchase_order_id"]]
    assert told(market, order, "AnswerOverdue", 2)[0]["reminder"] >= 2


def test_an_answer_is_corrected_until_it_is_decided_and_counts_once(closed: Closed) -> None:
    market, order, oak, _ = closed
    path, key = f"/purchase-orders/{order['purchase_order_id']}/acknowledgement", str(uuid4())
    supplier = market.as_(supplier_user(order["supplier_id"]))
    sent = {"answer": "changes", "lines": [{"line_no": 1, "quantity": 70}]}
    for _ in range(2):
        ok(supplier.post(path, sent, key=key))
    ok(supplier.post(path, sent))
    (first,) = answers(market, order)
    ok(say(market, order, {"line_no": 1, "drops": [{"school_urn": oak, "quantity": 30}]}))
    second, replaced = answers(market, order)
    assert (second["state"], replaced["state"]) == ("waiting", "replaced")
    refused(decide(market, order, first), 409, "answer_decided")
    ok(decide(market, order, second))
    refused(decide(market, order, second), 409, "answer_decided")
    assert parts(market, order)[oak, 1] == (30, 35400)
    refused(say(market, order, {"line_no": 1, "quantity": 60}), 409, "purchase_order_answered")
    assert len(told(market, order, "PurchaseOrderAmended", 2)) == 1


def test_only_supplier_and_alliance_see_answers_and_only_the_manager_decides(closed: Closed) -> None:
    market, order, oak, _ = closed
    ok(say(market, order, {"line_no": 1, "quantity": 70}))
    (answer,) = answers(market, order)
    path = f"/purchase-orders/{order['purchase_order_id']}/answers"
    refused(market.as_(buyer(oak)).get(path), 403, "forbidden")
    stranger = market.as_(supplier_user(market.supplier("Another one")))
    refused(stranger.get(path), 404, "not_found")
    refused(stranger.get(f"{path}/{answer['answer_id']}"), 404, "not_found")
    own = market.as_(supplier_user(order["supplier_id"]))
    seen = ok(own.get(f"{path}/{answer['answer_id']}"))
    assert (seen["effects"], seen["waits_for"], seen["lines"][0]["quantity"]) == ([], [], 70)
    refused(own.post(f"{path}/{answer['answer_id']}/decision", {"taken_lines": None}, version=1), 403, "forbidden")


UBL = """<?xml version="1.0" encoding="UTF-8"?>
<OrderResponse xmlns="urn:oasis:names:specification:ubl:schema:xsd:OrderResponse-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:order_response:3</cbc:CustomizationID>
<cbc:ProfileID>urn:fdc:peppol.eu:poacc:bis:ordering:3</cbc:ProfileID>
<cbc:ID>101</cbc:ID><cbc:IssueDate>2026-11-24</cbc:IssueDate><cbc:OrderResponseCode>{code}</cbc:OrderResponseCode>
<cbc:Note>{note}</cbc:Note><cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>
<cac:OrderReference><cbc:ID>{number}</cbc:ID></cac:OrderReference>{lines}</OrderResponse>"""
LINE = """<cac:OrderLine><cac:LineItem><cbc:ID>1</cbc:ID><cbc:LineStatusCode>{status}</cbc:LineStatusCode>{more}
<cac:Item><cbc:Name>x</cbc:Name></cac:Item></cac:LineItem>
<cac:OrderLineReference><cbc:LineID>{line_no}</cbc:LineID></cac:OrderLineReference></cac:OrderLine>"""


PROMISED = """<cac:Delivery><cac:PromisedDeliveryPeriod><cbc:EndDate>{day}</cbc:EndDate></cac:PromisedDeliveryPeriod>
</cac:Delivery>"""


def response(
    number: str, code: str, *lines: tuple[int, int, str], note: str = "A note", currency: str = "GBP"
) -> bytes:
    body = "".join(LINE.format(line_no=line_no, status=status, more=more) for line_no, status, more in lines)
    return UBL.format(number=number, code=code, note=note, currency=currency, lines=body).encode()


def send(market: Market, order: Any, data: bytes, *, name: str = "answer.xml", own: bool = False) -> TestResponse:
    path = f"/purchase-orders/{order['purchase_order_id']}/answers" if own else "/order-answers"
    actor = supplier_user(order["supplier_id"])
    return market.as_(actor).post(f"{path}?name={name}", data=data)


def test_an_order_response_for_the_whole_order(closed: Closed) -> None:
    market, order, *_ = closed
    units = '<cbc:Quantity unitCode="XBX">60</cbc:Quantity>'
    sent = response(order["number"], "CA", (1, 3, units), (2, 5, ""))
    made = ok(send(market, order, sent), 201)
    assert (made["answer"], made["state"], made["source"]) == ("changes", "waiting", "ubl")
    assert ok(send(market, order, sent, own=True), 201)["answer_id"] == made["answer_id"]
    path = f"/purchase-orders/{order['purchase_order_id']}/answers/{made['answer_id']}/file"
    file = market.as_(MANAGER).get(path)
    assert (file.data, file.headers["X-Content-Type-Options"]) == (sent, "nosniff")
    assert file.headers["Content-Disposition"].startswith("attachment")
    received = ok(send(market, order, response(order["number"], "AB")), 201)
    assert (received["answer"], whole(market, order)["answer_state"]) == ("received", "waiting")
    rejected = ok(send(market, order, response(order["number"], "RE", note="No translators")), 201)
    assert (rejected["answer"], whole(market, order)["reason"]) == ("rejected", "No translators")


def test_order_responses_for_each_drop_come_together(closed: Closed) -> None:
    market, order, oak, elm = closed
    units = '<cbc:Quantity unitCode="XBX">30</cbc:Quantity>'
    first = ok(send(market, order, response(f"{order['number']}-1", "CA", (1, 3, units), (2, 5, ""))), 201)
    assert (first["state"], first["school_urn"], whole(market, order)["answer_state"]) == ("part", oak, None)
    ok(send(market, order, response(f"{order['number']}-2", "RE", note="Too far")), 201)
    waiting = next(answer for answer in answers(market, order) if answer["state"] == "waiting")
    assert waiting["reason"] == "A note Too far"
    ok(decide(market, order, waiting))
    assert parts(market, order) == {(oak, 1): (30, 35400), (elm, 1): (0, 0), (oak, 2): (2, 2500)}
    refused(send(market, order, response(f"{order['number']}-1", "AP")), 409, "revision_outdated")


@pytest.mark.parametrize(
    ("number", "code", "lines", "status", "problem"),
    [
        ("PO-999999", "AP", (), 422, "order_unknown"),
        ("11233", "AP", (), 422, "order_unknown"),
        ("{}-3", "AP", (), 422, "order_unknown"),
        ("{}-R2", "AP", (), 409, "revision_outdated"),
        ("{}", "AP", ((1, 7, ""),), 422, "order_answer_refused"),
        ("{}", "CA", ((8, 7, ""),), 422, "order_answer_refused"),
        ("{}", "CA", ((1, 1, ""),), 422, "order_answer_refused"),
        ("{}", "CA", ((1, 3, '<cbc:Quantity unitCode="C62">3</cbc:Quantity>'),), 422, "order_answer_refused"),
        ("{}", "XX", (), 422, "answer_unreadable"),
        ("{}", "CA", (("²", 7, ""),), 422, "order_answer_refused"),
        ("{}", "CA", (("9" * 5000, 7, ""),), 422, "order_answer_refused"),
        ("{}", "CA", ((1, 3, PROMISED.format(day="2062-11-24")),), 422, "order_answer_refused"),
    ],
)
def test_a_response_that_does_not_fit_changes_nothing(  # type: ignore[no-untyped-def]
    shared_order: tuple[Market, Any], number, code, lines, status, problem
) -> None:
    market, order = shared_order
    refused(send(market, order, response(number.format(order["number"]), code, *lines)), status, problem)
    assert answers(market, order) == []


@pytest.fixture(scope="module")
def shared_order(shared_market: Market) -> tuple[Market, Any]:
    """An issued order for two schools, which no test changes."""
    paper = shared_market.offer()
    round_id = shared_market.open_round()
    for urn in (shared_market.school(), shared_market.school()):
        shared_market.order(round_id, urn, {paper: 10})
    shared_market.close(round_id)
    return shared_market, shared_market.purchase_orders(round_id)[0]


def test_files_of_strangers_and_dangerous_ones_are_refused(shared_order: tuple[Market, Any]) -> None:
    market, order = shared_order
    stranger = market.as_(supplier_user(market.supplier("Another one")))
    answer = stranger.post("/order-answers?name=a.xml", data=response(order["number"], "AP"))
    refused(answer, 403, "order_of_another_supplier")
    entity = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + response(order["number"], "AP")[38:]
    refused(send(market, order, entity), 422, "xml_not_allowed")
    refused(send(market, order, response(order["number"], "CA", currency="EUR")), 422, "order_answer_refused")
    refused(send(market, order, b"<broken"), 422, "answer_unreadable")
    refused(send(market, order, b"PK\x03\x04nothing"), 422, "answer_unreadable")
    assert answers(market, order) == []


@pytest.mark.parametrize(
    ("headings", "row", "told"),
    [
        ("Line,School URN,Your quantity", "1,²,1", "Sheet, row 4: “²” is no School URN."),
        ("Line,School URN,Your quantity", f"1,{'9' * 5000},1", f"Sheet, row 4: “{'9' * 20}” is no School URN."),
        ("Line,Your quantity,Revision", "1,1,²", "“²” is no revision."),
        ("Line,Your quantity", '"1,000",1', "Sheet, row 4: the number of the line is missing."),
    ],
)
def test_what_only_looks_like_a_number_is_told_by_its_cell(
    shared_order: tuple[Market, Any], headings: str, row: str, told: str
) -> None:
    market, order = shared_order
    revision = "" if "Revision" in headings else "Revision,1"
    sheet = f"Order,{order['number']}\n{revision}\n{headings}\n{row}\n"
    faults = refused(send(market, order, sheet.encode(), name="answer.csv"), 422, "answer_unreadable")
    assert list(faults.values()) == [told]
    assert answers(market, order) == []


def test_the_spreadsheet_filled_in_is_an_answer(closed: Closed) -> None:
    market, order, oak, _ = closed
    book = workbook(
        {
            "Summary": [["Order", order["number"]], ["Revision", 1]],
            "Lines": [["Line", "Item", "Your quantity", "Your price"], [1, "Paper", 70, ""], [2, "Pens", "", 12.25]],
            "Oak": [["School URN", oak], [], ["Line", "Item", "Your quantity"], [1, "Paper", 33]],
        }
    )
    made = ok(send(market, order, book, name="order.xlsx"), 201)
    assert (made["source"], made["state"], made["file"]["name"]) == ("sheet", "waiting", "order.xlsx")
    assert [(effect["line_no"], effect["quantity"], effect["unit_price"]) for effect in made["effects"]] == []
    (answer,) = answers(market, order)
    ok(decide(market, order, answer))
    assert parts(market, order)[oak, 1][0] == 33
    assert parts(market, order)[oak, 2] == (2, 2450)
    outdated = workbook({"Lines": [["Order", "Revision", "Line", "Your quantity"], [order["number"], 1, 1, 9]]})
    refused(send(market, order, outdated), 409, "purchase_order_answered")
