"""Despatches, receipts in parts, photos, late reports and claims: rules, API, concurrency and row security."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import jsonschema
import pytest

from contracts.events import schemas
from contracts.london import london_today
from services.orders.domain.errors import ClaimWindowOver
from services.orders.domain.receipt import AwaitedLine, ReceivedLine, check_receipt
from services.orders.usecases.chase import chase_receipts
from services.orders.usecases.keep_photo import forget_photos
from tests.orders.advices import an_advice
from tests.orders.market import MANAGER, Market, buyer, ok, refused, supplier_user

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
Json = Any


class Delivered:
    """An accepted purchase order in the shared market: oak has 34 boxes and 2 pens, elm 41 boxes."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.supplier_id = market.supplier(f"Supplier {uuid4()}")
        contract = market.contract(self.supplier_id, "Paper", claim_days=5)
        paper = market.offer(f"Paper {uuid4()}", contract=(contract, self.supplier_id))
        pens = market.offer(f"Sens {uuid4()}", contract=(contract, self.supplier_id))
        self.oak, self.elm = market.school(), market.school()
        self.round_id = market.open_round(contract_ids=[contract])
        market.order(self.round_id, self.oak, {paper: 34, pens: 2})
        market.order(self.round_id, self.elm, {paper: 41})
        market.close(self.round_id)
        (self.order,) = market.purchase_orders(self.round_id)
        ok(market.answer(self.order))
        self.path = f"/purchase-orders/{self.order['purchase_order_id']}"
        self.seller = market.as_(supplier_user(self.supplier_id))

    def send(self, *drops: Json, status: int = 201, **more: Any) -> Json:
        """The supplier despatches."""
        return ok(self.seller.post(f"{self.path}/despatches", {"drops": list(drops) or None, **more}), status)

    def receive(self, urn: int, *lines: Json, **more: Any) -> Any:
        """A school records (line, received, short, damaged, wrong, note) or more of it by name."""
        names = ("line_no", "quantity_received", "quantity_short", "quantity_damaged", "quantity_wrong", "note")
        sent = [line if isinstance(line, dict) else dict(zip(names, line, strict=False)) for line in lines]
        return self.market.as_(buyer(urn)).post(f"{self.path}/receipts", {"lines": sent, **more})

    def outstanding(self, urn: int, line_no: int = 1) -> tuple[int, int, int]:
        """(received, on the way, to send) of one school's line, as the supplier sees it."""
        items = ok(self.seller.get(f"{self.path}/outstanding"))["items"]
        (line,) = [each for each in items if (each["school_urn"], each["line_no"]) == (urn, line_no)]
        return line["received"], line["on_the_way"], line["to_send"]


@pytest.fixture
def delivered(shared_market: Market) -> Delivered:
    return Delivered(shared_market)


def last(market: Market, event_type: str) -> Json:
    body = market.events(event_type)[-1]
    version = max(version for kind, version in schemas() if kind == event_type)
    jsonschema.validate(body, schemas()[event_type, version], format_checker=jsonschema.FormatChecker())
    return body


# Despatches


def test_partial_deliveries_over_weeks_add_up_to_the_order(delivered: Delivered) -> None:
    world, (oak, elm) = delivered, (delivered.oak, delivered.elm)
    first = world.send({"school_urn": oak, "lines": [{"line_no": 1, "quantity": 20}]}, carrier="Marlow Vans")
    assert first["number"].startswith("DN-")
    assert world.outstanding(oak) == (0, 20, 14)
    told = last(world.market, "DespatchRecorded")
    assert told["drops"] == [{"school_urn": oak, "lines": [{"line_no": 1, "quantity": 20}]}]
    ok(world.receive(oak, (1, 18, 0, 2), despatch_id=first["despatch_id"]), 201)
    assert world.outstanding(oak) == (18, 0, 16)
    whole = world.send()  # all that is outstanding, in one go
    sent = {
        (drop["school_urn"], line["line_no"], line["quantity"]) for drop in whole["drops"] for line in drop["lines"]
    }
    assert sent == {(oak, 1, 16), (oak, 2, 2), (elm, 1, 41)}
    refused(world.seller.post(f"{world.path}/despatches", {}), 422, "despatch_refused")
    ok(world.receive(oak, (1, 16), (2, 2)), 201)
    seen = ok(world.receive(elm, (1, 41)), 201)
    assert seen["drops"][0]["state"] == "received"
    assert world.outstanding(oak) == (34, 0, 0)
    listed = ok(world.market.as_(buyer(elm)).get(f"{world.path}/despatches"))["items"]
    assert [[drop["school_urn"] for drop in each["drops"]] for each in listed] == [[elm]]


def test_what_cannot_be_sent_is_refused_with_the_reason_and_changes_nothing(delivered: Delivered) -> None:
    world, oak = delivered, delivered.oak
    sent = f"{world.path}/despatches"
    over = [{"school_urn": oak, "lines": [{"line_no": 1, "quantity": 35}]}]
    assert (
        "34 are ordered and not sent"
        in refused(world.seller.post(sent, {"drops": over}), 422, "despatch_refused")[f"{oak}.1"]
    )
    stranger = [{"school_urn": world.market.school(), "lines": [{"line_no": 1, "quantity": 1}]}]
    refused(world.seller.post(sent, {"drops": stranger}), 422, "despatch_refused")
    today = london_today()
    for field, day in (("despatched_on", today + timedelta(days=1)), ("expected_on", today - timedelta(days=3))):
        faults = refused(world.seller.post(sent, {field: day.isoformat()}), 422, "despatch_refused")
        assert list(faults) == [field]
    other = world.market.as_(supplier_user(world.market.supplier("Another")))
    refused(other.post(sent, {}), 404, "not_found")
    for actor in (MANAGER, buyer(oak)):
        refused(world.market.as_(actor).post(sent, {}), 403, "forbidden")
    assert ok(world.seller.get(sent))["items"] == []


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\ud800"])
def test_words_that_nothing_can_hold_are_refused_at_their_field(delivered: Delivered, sign: str) -> None:
    world, words = delivered, f"By the{sign} gate"
    sent = {"drops": [{"school_urn": world.oak, "lines": [{"line_no": 1, "quantity": 1}]}]}
    for field in ("note", "carrier"):
        faults = refused(world.seller.post(f"{world.path}/despatches", sent | {field: words}), 422, "validation_failed")
        assert list(faults) == [field]
    school = world.market.as_(buyer(world.oak))
    line = {"line_no": 1, "quantity_received": 1, "note": words}
    faults = refused(school.post(f"{world.path}/receipts", {"lines": [line]}), 422, "validation_failed")
    assert list(faults) == ["lines.0.note"]
    assert ok(school.get(f"{world.path}/receipts"))["items"] == []


def test_two_despatches_at_once_send_nothing_twice(delivered: Delivered) -> None:
    world = delivered
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: world.seller.post(f"{world.path}/despatches", {}).status_code, range(2)))
    assert sorted(answers) == [201, 422]
    assert world.outstanding(world.oak) == (0, 34, 0)


def test_an_advice_is_read_and_kept_as_it_came(delivered: Delivered) -> None:
    world, oak = delivered, delivered.oak
    number = world.order["number"]
    content = an_advice(f"{number}-1", [(1, "30", "XBX")], reference="565899")
    answer = ok(world.seller.post("/despatches", data=content, content_type="application/xml"), 201)
    assert (answer["reference"], answer["carrier"], answer["expected_on"]) == ("565899", "Marlow Vans", None)
    assert answer["sha256"] == hashlib.sha256(content).hexdigest()
    assert world.outstanding(oak) == (0, 30, 4)
    kept = world.market.as_(MANAGER).get(f"{world.path}/despatches/{answer['despatch_id']}/original")
    assert kept.data == content
    assert kept.headers["X-Content-Type-Options"] == "nosniff"
    by_urn = an_advice(number, [("NA", "2", None)], reference="565900", urn=oak, sku=world.order["lines"][1]["sku"])
    answer = ok(world.seller.post("/despatches", data=by_urn, content_type="application/xml"), 201)
    assert answer["drops"][0]["lines"] == [{"line_no": 2, "quantity": 2, "on_the_way": True}]


def test_every_wrong_advice_gets_its_reason_and_changes_nothing(delivered: Delivered) -> None:
    world, number = delivered, delivered.order["number"]
    other = Delivered(world.market)
    ok(world.seller.post("/despatches", data=an_advice(f"{number}-2", [(1, "1", None)], reference="A 1"),
                         content_type="application/xml"), 201)  # fmt: skip
    line = [(1, "5", "XBX")]
    cases = [
        (an_advice("PO-999999-1", line), 422, "order_unknown", "You have no purchase order PO-999999"),
        (an_advice(f"{other.order['number']}-1", line), 422, "order_unknown", "You have no purchase order"),
        (an_advice(f"{number}-1", [(1, "35", "XBX")]), 422, "despatch_refused", "34 are ordered and not sent"),
        (an_advice(f"{number}-1", [(7, "1", None)]), 422, "despatch_refused", "has no line 7"),
        (an_advice(f"{number}-3", line), 422, "despatch_refused", "for which drop"),
        (an_advice(number, line), 422, "despatch_refused", "for which drop"),
        (an_advice(f"{number}-1", line, urn=world.elm), 422, "despatch_refused", "another school"),
        (an_advice(f"{number}-1", [(1, "5", "KGM")]), 422, "despatch_refused", "was ordered in XBX"),
        (an_advice(f"{number}-1", [(1, "1.5", None)]), 422, "despatch_unreadable", "not a whole number"),
        (an_advice(f"{number}-2", line, reference="a1"), 409, "despatch_known", "before"),
        (an_advice(f"{number}-1", line).replace(b"DespatchAdvice", b"Order"), 422, "despatch_unreadable", "not a UBL"),
        (an_advice(f"{number}-1", line)[:-20], 422, "despatch_unreadable", "not well-formed"),
        (an_advice(f"{number}-1", line).replace(b"?>", b'?><!DOCTYPE a [<!ENTITY x "y">]>', 1), 422, "xml_not_allowed",
         "document type or entities"),
        (an_advice(f"{number}-1", line).replace(b"<cbc:IssueDate>20", b"<cbc:IssueDate>x"), 422, "despatch_unreadable",
         "is not a day"),
    ]  # fmt: skip
    for content, status, code, said in cases:
        answer = world.seller.post("/despatches", data=content, content_type="application/xml")
        refused(answer, status, code)
        assert said in answer.get_json()["detail"], answer.get_json()
    assert len(ok(world.seller.get(f"{world.path}/despatches"))["items"]) == 1
    assert ok(other.seller.get(f"{other.path}/despatches"))["items"] == []


# Receipts and late reports


def test_what_is_short_damaged_or_wrong_stays_outstanding_and_is_told(delivered: Delivered) -> None:
    world, oak = delivered, delivered.oak
    too_many = world.receive(oak, (1, 30, 2, 2, 1))
    assert list(refused(too_many, 422, "receipt_refused")) == ["lines.0.quantity_received"]
    ok(world.receive(oak, (1, 29, 2, 2, 1, "Crushed in the middle"), arrived_on=london_today().isoformat()), 201)
    told = last(world.market, "ReceiptRecorded")
    assert told["lines"] == [
        {"line_no": 1, "quantity_received": 29, "quantity_short": 2, "quantity_damaged": 2, "quantity_wrong": 1}
    ]
    assert (told["supplier_id"], told["despatch_id"]) == (world.supplier_id, None)
    assert world.outstanding(oak) == (29, 0, 5)
    for day in (london_today() + timedelta(days=1), date(2020, 1, 1)):
        refused(world.receive(oak, (1, 1), arrived_on=day.isoformat()), 422, "receipt_refused")


def test_a_late_report_takes_back_what_was_accepted(delivered: Delivered) -> None:
    world, oak = delivered, delivered.oak
    ok(world.receive(oak, (1, 34), (2, 2)), 201)
    for line in ((1, -35, 0, 35), (1, -3, 0, 2), (1, -3, 0, 3)):  # more than came, not explained, without a reason
        refused(world.receive(oak, line), 422, "receipt_refused")
    seen = ok(world.receive(oak, (1, -3, 1, 2, 0, "Wet inside")), 201)
    assert (seen["drops"][0]["state"], seen["drops"][0]["lines"][0]["quantity_received"]) == ("part", 31)
    assert last(world.market, "ReceiptRecorded")["lines"][0]["quantity_received"] == -3
    assert world.outstanding(oak) == (31, 0, 3)
    ok(world.receive(oak, (1, 3)), 201)


def test_after_the_contracts_days_a_late_report_says_whom_to_ask(delivered: Delivered) -> None:
    world, oak = delivered, delivered.oak
    ok(world.receive(oak, (1, 34)), 201)
    world.market.sql(
        "UPDATE receipt SET recorded_at = recorded_at - interval '6 days' WHERE school_urn = :oak", oak=oak
    )
    late = world.receive(oak, (1, -1, 0, 1, 0, "Wet inside"))
    refused(late, 409, "claim_window_over")
    assert "business manager" in late.get_json()["detail"]
    assert world.outstanding(oak) == (34, 0, 0)


@pytest.mark.parametrize(
    ("history", "claimable"),
    [
        ([(-6, 20)], 0),
        ([(-5, 20)], 20),
        ([(-10, 20), (-1, 14)], 14),
        ([(-10, 20), (-7, -4), (-1, 14)], 14),  # taken from what could be claimed then
        ([(-4, 20), (-2, -4), (-1, 14)], 30),
        ([(-10, 20), (-1, 14), (0, -10)], 4),
    ],
)
def test_only_what_came_within_the_claim_days_can_be_reported_late(
    history: list[tuple[int, int]], claimable: int
) -> None:
    today = date(2026, 11, 20)
    awaited = AwaitedLine("Paper", 40, [(today + timedelta(days=days), units) for days, units in history])
    assert awaited.claimable(5, today) == claimable
    units = claimable + 1
    older = AwaitedLine("Paper", 400, [*awaited.history, (today - timedelta(days=20), 300)])
    with pytest.raises(ClaimWindowOver):
        check_receipt(
            "accepted", {1: older}, [ReceivedLine(1, -units, damaged=units)], note="Wet", claim_days=5, today=today
        )


def test_two_receipts_at_once_accept_no_more_than_was_ordered(delivered: Delivered) -> None:
    world, oak = delivered, delivered.oak
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: world.receive(oak, (1, 20)).status_code, range(3)))
    assert sorted(answers) == [201, 422, 422]
    assert world.outstanding(oak)[0] == 20


# Photos, claims and their answers


def test_photos_of_damage_are_for_the_school_its_supplier_and_the_alliance(delivered: Delivered) -> None:
    world, oak, elm = delivered, delivered.oak, delivered.elm
    school, photos = world.market.as_(buyer(oak)), f"{world.path}/photos"
    kept = ok(school.post(photos, data=PNG, content_type="application/octet-stream"), 201)["photo_id"]
    for content, said in (
        (b"\x00\x00\x00\x18ftypheic" + bytes(20), "HEIC"),
        (b"<svg/>", "not a JPEG"),
        (PNG + bytes(5 * 1024 * 1024), "5 MB"),
    ):
        answer = school.post(photos, data=content, content_type="image/png")
        refused(answer, 422, "photo_refused")
        assert said in answer.get_json()["detail"]
    refused(world.market.as_(buyer(world.market.school())).post(photos, data=PNG), 404, "not_found")
    refused(world.market.as_(MANAGER).post(photos, data=PNG), 403, "forbidden")
    stolen = {"line_no": 1, "quantity_received": 40, "quantity_damaged": 1, "photos": [kept]}
    refused(world.receive(elm, stolen), 422, "receipt_refused")
    ok(world.receive(oak, {"line_no": 1, "quantity_received": 33, "quantity_damaged": 1, "photos": [kept]}), 201)
    refused(world.receive(oak, {"line_no": 2, "quantity_received": 1, "photos": [kept]}), 422, "receipt_refused")
    other = world.market.as_(supplier_user(world.market.supplier("Another")))
    for client, status in (
        (school, 200), (world.seller, 200), (world.market.as_(MANAGER), 200), (world.market.as_(buyer(elm)), 404),
        (other, 404),
    ):  # fmt: skip
        seen = client.get(f"{photos}/{kept}")
        assert seen.status_code == status
    assert world.seller.get(f"{photos}/{kept}").data == PNG
    (receipt,) = ok(world.seller.get(f"{world.path}/receipts"))["items"]
    assert (receipt["lines"][0]["photos"], receipt["recorded_by"]) == ([kept], None)
    orphan = ok(school.post(photos, data=PNG), 201)["photo_id"]
    forget_photos(world.market.service.database, datetime.now(UTC) + timedelta(days=2))
    assert school.get(f"{photos}/{orphan}").status_code == 404
    assert school.get(f"{photos}/{kept}").status_code == 200


def test_a_supplier_answers_what_was_claimed(delivered: Delivered) -> None:
    world, oak = delivered, delivered.oak
    ok(world.receive(oak, (1, 30, 1, 3)), 201)
    (claim,) = ok(world.seller.get("/claims"))["items"]
    assert (claim["state"], claim["quantity_damaged"], claim["outstanding"]) == ("open", 3, 4)
    answer = f"/claims/{claim['receipt_id']}/1/answer"
    yesterday, soon = (london_today() + timedelta(days=days) for days in (-1, 7))
    for wrong in ({"answer": "redeliver"}, {"answer": "redeliver", "redeliver_by": yesterday.isoformat()},
                  {"answer": "credit", "redeliver_by": soon.isoformat()}):  # fmt: skip
        refused(world.seller.post(answer, wrong), 422, "answer_refused")
    other = world.market.as_(supplier_user(world.market.supplier("Another")))
    refused(other.post(answer, {"answer": "credit"}), 404, "not_found")
    refused(world.market.as_(MANAGER).post(answer, {"answer": "credit"}), 403, "forbidden")
    assert world.seller.post(answer, {"answer": "credit"}).status_code == 204
    assert world.seller.post(answer, {"answer": "redeliver", "redeliver_by": soon.isoformat()}).status_code == 204
    told = last(world.market, "ClaimAnswered")
    assert (told["answer"], told["redeliver_by"], told["quantity"]) == ("redeliver", soon.isoformat(), 4)
    (seen,) = ok(world.market.as_(buyer(oak)).get("/claims"))["items"]
    assert (seen["state"], seen["redeliver_by"]) == ("redeliver", soon.isoformat())
    assert ok(world.market.as_(buyer(delivered.elm)).get("/claims"))["items"] == []
    ok(world.receive(oak, (1, 4)), 201)
    assert ok(world.seller.get("/claims"))["items"] == []
    assert [claim["state"] for claim in ok(world.seller.get("/claims?state=all"))["items"]] == ["settled"]
    refused(world.seller.post(answer, {"answer": "credit"}), 422, "answer_refused")


def test_claims_come_in_pages(delivered: Delivered) -> None:
    world = delivered
    ok(world.receive(world.oak, (1, 30, 1), (2, 1, 1)), 201)
    ok(world.receive(world.elm, (1, 40, 1)), 201)
    first = ok(world.seller.get("/claims?limit=2"))
    rest = ok(world.seller.get("/claims", query_string={"limit": 2, "after": first["next"]}))
    assert rest["next"] is None
    places = [(claim["school_urn"], claim["line_no"]) for claim in first["items"] + rest["items"]]
    assert places == [(world.elm, 1), (world.oak, 2), (world.oak, 1)]
    assert world.seller.get("/claims?after=nonsense").status_code == 422


# Chasing and figures


def test_schools_are_asked_when_the_despatch_was_expected(delivered: Delivered) -> None:
    world, oak = delivered, delivered.oak
    today = london_today()
    world.send({"school_urn": oak}, expected_on=today.isoformat())
    chase_receipts(world.market.service.database, datetime.now(UTC))
    assert not any(world.order["number"] == each["number"] for each in world.market.events("ReceiptsOverdue"))
    chase_receipts(world.market.service.database, datetime.now(UTC) + timedelta(days=4))
    asked = [each for each in world.market.events("ReceiptsOverdue") if each["number"] == world.order["number"]]
    assert [(each["delivery_to"], each["school_urns"]) for each in asked] == [(today.isoformat(), [oak])]
    ok(world.receive(oak, (1, 30), (2, 2)), 201)
    world.send({"school_urn": oak}, expected_on=today.isoformat())  # the rest, in a second delivery
    chase_receipts(world.market.service.database, datetime.now(UTC) + timedelta(days=11))
    assert world.market.events("ReceiptsOverdue")[-1]["school_urns"] == [oak]


def test_figures_of_a_supplier_have_their_counts(delivered: Delivered) -> None:
    world = delivered
    due = {"closed_from": "2027-01-22", "closed_to": "2027-01-22"}
    path = "/order-reports/suppliers"
    report = ok(world.seller.get(path, query_string=due))
    assert "No delivery" in report["sentence"]
    ok(world.receive(world.oak, (1, 34), (2, 2)), 201)
    ok(world.receive(world.elm, (1, 31, 0, 10)), 201)
    ok(world.receive(world.elm, (1, 10)), 201)
    (row,) = ok(world.seller.get(path, query_string=due))["sections"][0]["rows"]
    assert {key: row[key] for key in ("drops", "recorded", "on_time", "complete", "ordered", "claimed")} == {
        "drops": 2, "recorded": 2, "on_time": 2, "complete": 1, "ordered": 77, "claimed": 10,
    }  # fmt: skip
    assert (row["complete_share"], row["claimed_share"]) == ("50.0 %", "13.0 %")
    mine = ok(world.market.as_(buyer(world.elm)).get(path, query_string=due))["sections"][1]["rows"]
    assert [(each["drops"], each["complete"]) for each in mine] == [(1, 0)]
    sheet = world.seller.get(f"{path}.xlsx", query_string=due)
    assert sheet.data[:2] == b"PK"
    refused(world.seller.get("/order-reports/savings"), 403, "forbidden")
    world.market.sql("UPDATE round SET delivery_from = '2026-01-01', delivery_to = '2026-01-02' WHERE round_id = :r",
                     r=world.round_id)  # fmt: skip
    past = {"closed_from": "2026-01-02", "closed_to": "2026-01-02"}
    (row,) = ok(world.seller.get(path, query_string=past))["sections"][0]["rows"]
    assert (row["on_time"], row["on_time_share"]) == (0, "0.0 %")


# Row security


def test_a_tenant_sees_its_own_part_only(delivered: Delivered) -> None:
    world, (oak, elm), market = delivered, (delivered.oak, delivered.elm), delivered.market
    other = Delivered(market)
    for each in (world, other):
        each.send()
        ok(each.receive(each.oak, (1, 33, 0, 1)), 201)
        claim = ok(each.seller.get("/claims"))["items"][0]
        each.seller.post(f"/claims/{claim['receipt_id']}/1/answer", {"answer": "credit"})
        ok(market.as_(buyer(each.oak)).post(f"{each.path}/photos", data=PNG), 201)
    seller = supplier_user(world.supplier_id)
    of_schools = ("despatch_line", "receipt_photo", "claim_answer")
    for table in (*of_schools, "despatch"):
        owners = {str(row.supplier_id) for row in market.sql(f"SELECT supplier_id FROM {table}", seller)}
        assert owners == {world.supplier_id}, table
        with market.service.database.engine.begin() as connection:
            assert connection.exec_driver_sql(f"SELECT 1 FROM {table}").all() == []
    for table in of_schools:
        assert {row.school_urn for row in market.sql(f"SELECT school_urn FROM {table}", buyer(oak))} == {oak}, table
    assert len(market.sql("SELECT 1 FROM despatch", buyer(elm))) == 1
    assert market.sql("SELECT 1 FROM despatch_file", buyer(oak)) == []
    assert market.sql("UPDATE claim_answer SET note = 'x' RETURNING 1", buyer(oak)) == []
    assert market.sql("UPDATE receipt_photo SET kept_at = now() RETURNING 1", seller) == []
    assert market.sql("UPDATE despatch SET note = 'x' RETURNING 1", MANAGER) == []
