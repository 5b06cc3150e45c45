"""What the manager decides before a close, and the proof that everybody takes away afterwards."""

from collections.abc import Callable

from gateway.upstream import Problem
from tests.gateway_pages.close_world import CLEANING
from tests.gateway_pages.conftest import Visitor, summary_links, summary_text, text_of
from tests.gateway_pages.fake import FakeServices
from tests.gateway_pages.people import OAK
from tests.gateway_pages.world import CLOSED, OPEN

Visit = Callable[[str], Visitor]
PREVIEW = f"/alliance/rounds/{OPEN}/close"


def test_the_preview_says_what_the_terms_and_wishes_do(visit: Visit) -> None:
    text = text_of(visit("manager").get(PREVIEW))
    assert "50 more of Pens, blue, single would save everyone £5.00 together" in text
    assert "Schools have offered 20 of them." in text
    assert "up to 10 more offered, 7 used" in text
    assert "12 left out: their conditions don’t hold" in text
    assert "20 cut: the last pack isn’t full" in text
    assert "Goods of £180.00 are below the contract’s minimum order of £250.00." in text
    assert "No order to Fenwright Paper Ltd: Cleaning materials" in text


def test_below_a_minimum_the_fee_can_be_chosen(visit: Visit, services: FakeServices) -> None:
    path = f"/rounds/{OPEN}/contracts/{CLEANING}/minimum-choice"
    response = visit("manager").post(f"/alliance/rounds/{OPEN}/contracts/{CLEANING}/minimum", {"choice": "pay_fee"})
    assert (response.status_code, response.location) == (303, PREVIEW)
    (call,) = services.changes
    assert (call.method, call.path, call.sent) == ("PUT", path, {"choice": "pay_fee"})


def test_schools_are_given_more_time(visit: Visit, services: FakeServices) -> None:
    sent = {"closes_on": "2027-07-01", "closes_time": "17:00", "version": "3"}
    assert visit("manager").post(f"/alliance/rounds/{OPEN}/extend", sent).status_code == 303
    (call,) = services.changes
    assert (call.method, call.path, call.etag) == ("PUT", f"/rounds/{OPEN}", '"3"')
    assert call.sent == {"closes_at": "2027-07-01T16:00:00Z"}


def test_a_deadline_that_cannot_be_is_told_beside_its_field(visit: Visit, services: FakeServices) -> None:
    refused = [{"field": "closes_at", "message": "The deadline must lie in the future."}]
    services.refusals["PUT", "orders", f"/rounds/{OPEN}"] = Problem(422, "dates_out_of_order", "No.", refused)
    sent = {"closes_on": "2020-07-01", "closes_time": "17:00", "version": "3"}
    response = visit("manager").post(f"/alliance/rounds/{OPEN}/extend", sent)
    assert response.status_code == 422
    assert summary_links(response) == {"closes_on": "The deadline must lie in the future."}
    assert "The deadline must lie in the future." in summary_text(response)


def test_the_proof_goes_from_the_totals_to_each_school(visit: Visit) -> None:
    manager = visit("manager")
    totals = manager.get(f"/alliance/rounds/{CLOSED}/proof").text
    assert f"/alliance/rounds/{CLOSED}/proof/lines/1" in totals
    assert f"/alliance/rounds/{CLOSED}/proof.csv" in totals
    assert f"/alliance/rounds/{CLOSED}/proof.xlsx" in totals
    line = manager.get(f"/alliance/rounds/{CLOSED}/proof/lines/1")
    assert f"/alliance/rounds/{CLOSED}/proof/schools/{OAK}" in line.text
    assert "£1,095.00 × 38 ÷ 100 = £416.10 exactly." in text_of(line)


def test_a_school_reads_its_own_way_only(visit: Visit, services: FakeServices) -> None:
    text = text_of(visit("buyer").get(f"/school/rounds/{CLOSED}/proof"))
    assert "Wished 34 and up to 6 more." in text
    assert [call.path for call in services.calls] == [f"/rounds/{CLOSED}/proof/schools/{OAK}"]


def test_the_file_is_sent_on_as_it_comes(visit: Visit, services: FakeServices) -> None:
    for who, place in (("manager", "alliance"), ("buyer", "school")):
        visitor = visit(who)
        for suffix in ("csv", "xlsx"):
            services.table["orders", f"/rounds/{CLOSED}/proof.{suffix}"] = f"URN,Pence as {suffix}"
            response = visitor.get(f"/{place}/rounds/{CLOSED}/proof.{suffix}")
            assert (response.status_code, response.text) == (200, f'"URN,Pence as {suffix}"')
        assert response.headers["Content-Disposition"] == 'attachment; filename="a.csv"'
