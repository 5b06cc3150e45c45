"""What managers do with contracts, offers, price lists and the planner reaches the catalogue as it was typed."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from gateway.pages import catalogue_words, contract_form, offer_form
from gateway.pages.faults import Faults
from gateway.upstream import Problem
from tests.gateway_pages.catalogue_world import EXCEPTION, FEED, OFFER, PRICE_LIST, REFUSED_LIST, a_contract, an_offer
from tests.gateway_pages.conftest import Visitor, summary_links, text_of, value_of
from tests.gateway_pages.fake import DONE, FakeServices
from tests.gateway_pages.world import CONTRACT

Visit = Callable[[str], Visitor]
KEY = {"sending_key": "a-key-of-this-form"}
CONTRACT_PATH = f"/alliance/contracts/{CONTRACT}"
OFFER_PATH = f"/alliance/offers/{OFFER}"


def sent_of(record: dict[str, Any], *left_out: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in left_out}


def test_a_contract_goes_through_its_form_unchanged() -> None:
    faults = Faults()
    body = contract_form.read_contract(contract_form.typed_contract(a_contract()), faults)
    assert list(faults) == []
    assert body == sent_of(a_contract(), "contract_id", "supplier_name", "version")


def test_an_offer_goes_through_its_form_unchanged() -> None:
    faults = Faults()
    body = offer_form.read_offer(offer_form.typed_offer(an_offer()), faults)
    assert list(faults) == []
    own = ("offer_id", "contract_id", "supplier_id", "category_name", "ledger_code", "prices_from", "state", "version")
    assert body == sent_of(an_offer(), *own)


def test_a_contract_is_recorded_and_saved(visit: Visit, services: FakeServices) -> None:
    DONE["POST", "catalogue", "/contracts"] = a_contract()
    manager, typed = visit("manager"), dict(contract_form.typed_contract(a_contract()))
    made = manager.post("/alliance/contracts/new", typed | KEY)
    assert made.location == CONTRACT_PATH
    assert (services.changes[-1].path, services.changes[-1].key) == ("/contracts", "a-key-of-this-form")
    saved = manager.post(f"{CONTRACT_PATH}/edit", typed | KEY)
    assert saved.location == CONTRACT_PATH
    assert (services.changes[-1].method, services.changes[-1].etag) == ("PUT", '"3"')


def test_a_refused_contract_keeps_what_was_typed_and_links_to_its_rows(visit: Visit, services: FakeServices) -> None:
    manager, typed = visit("manager"), dict(contract_form.typed_contract(a_contract()))
    typed |= {f"charges.2.{name}": value for name, value in (("code", "FEE"), ("name", "Fee"), ("amount_pence", "9"))}
    typed |= {"charges.2.kind": "fixed", "charges.2.share_by": "equal", "charges.2.vat_class": "S"}
    refused = [
        {"field": "charges.1.code", "message": "Each charge has a code of its own."},
        {"field": "tolerances.total_pence", "message": "Enter less."},
    ]
    services.refusals["PUT", "catalogue", f"/contracts/{CONTRACT}"] = Problem(422, "contract_invalid", "No.", refused)
    page = manager.post(f"{CONTRACT_PATH}/edit", typed)
    assert page.status_code == 422
    assert set(summary_links(page)) == {"charges.2.code", "tolerances.total_pence"}
    assert value_of(page, "charges.2.code") == "FEE"


def test_faults_of_the_contract_form_are_linked_to_their_fields(visit: Visit, services: FakeServices) -> None:
    page = visit("manager").post(
        "/alliance/contracts/new", {"title": "Paper", "annual_value_pence": "much", "charges.0.code": "DEL"}
    )
    links = set(summary_links(page))
    assert {"reference", "supplier_id", "starts_on", "annual_value_pence", "charges.0.name"} <= links
    assert "title" not in links
    assert services.changes == []


def test_an_offer_is_published_changed_and_withdrawn(visit: Visit, services: FakeServices) -> None:
    DONE["POST", "catalogue", "/offers"] = an_offer()
    manager, typed = visit("manager"), offer_form.typed_offer(an_offer())
    form = {**{name: typed.getlist(name) for name in typed}, **KEY}
    assert manager.post(f"{CONTRACT_PATH}/offers/new", form).location == OFFER_PATH
    assert services.changes[-1].sent["contract_id"] == CONTRACT
    assert services.changes[-1].sent["eligible_types"] == ["1", "34"]
    assert manager.post(f"{OFFER_PATH}/edit", form).location == OFFER_PATH
    assert services.changes[-1].etag == '"4"'
    assert manager.post(f"{OFFER_PATH}/withdraw", KEY).location == OFFER_PATH
    assert services.changes[-1].path == f"/offers/{OFFER}/withdraw"


def test_a_refused_price_is_linked_to_the_row_it_was_typed_in(visit: Visit, services: FakeServices) -> None:
    typed = dict(offer_form.typed_offer(an_offer())) | {"tiers.1.unit_price": ""}
    refused = [
        {"field": "tiers.1.unit_price", "message": "Each price is lower than the one before."},
        {"field": "later_prices.0.valid_from", "message": "A later price begins after today."},
    ]
    services.refusals["PUT", "catalogue", f"/offers/{OFFER}"] = Problem(422, "offer_invalid", "No.", refused)
    page = visit("manager").post(f"{OFFER_PATH}/edit", typed)
    assert set(summary_links(page)) == {"tiers.2.unit_price", "later_prices.0.valid_from"}
    bad = visit("manager").post(f"{OFFER_PATH}/edit", {"eligible_urns": "900001, 12"})
    assert summary_links(bad)["eligible_urns"] == "A URN has six digits: look at 12."
    assert "tiers.0.unit_price" in summary_links(bad)


def test_a_named_school_is_one_that_the_alliance_knows(visit: Visit, services: FakeServices) -> None:
    manager, typed = visit("manager"), dict(offer_form.typed_offer(an_offer()))
    page = manager.post(f"{OFFER_PATH}/edit", typed | {"eligible_urns": "910001\n910099"})
    fault = "The alliance knows no school with this URN: look at 910099."
    assert summary_links(page) == {"eligible_urns": fault}
    assert services.changes == []
    assert "Named schools Oak Street Primary School" in text_of(manager.get(OFFER_PATH))


def test_no_articles_in_a_unit_are_not_taken_for_one(visit: Visit, services: FakeServices) -> None:
    manager, typed = visit("manager"), dict(offer_form.typed_offer(an_offer()))
    manager.post(f"{OFFER_PATH}/edit", typed | {"pack_size": "0", "minimum_quantity": " "})
    assert (services.changes[-1].sent["pack_size"], services.changes[-1].sent["minimum_quantity"]) == (0, 1)


def test_a_price_list_is_sent_on_as_it_is_and_then_shown(visit: Visit, services: FakeServices) -> None:
    path = f"/contracts/{CONTRACT}/price-lists"
    DONE["POST", "catalogue", path] = {"price_list_id": PRICE_LIST}
    manager, file = visit("manager"), (io.BytesIO(b"sku,price\nA,1\n"), "spring.csv")
    page = manager.post(f"{CONTRACT_PATH}/price-list", {"file": file, "whole": "yes", "from_day": "2027-01-01", **KEY})
    assert page.location == f"/alliance/price-lists/{PRICE_LIST}"
    call = services.changes[-1]
    assert (call.sent, call.key) == (b"sku,price\nA,1\n", "a-key-of-this-form")
    assert call.params == {"name": "spring.csv", "whole": "true", "from_day": "2027-01-01"}


def test_an_unreadable_price_list_says_why_beside_the_field(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    assert summary_links(manager.post(f"{CONTRACT_PATH}/price-list")) == {"file": "Choose the price list’s file."}
    refusal = Problem(422, "price_list_unreadable", "No line holds the headings.")
    services.refusals["POST", "catalogue", f"/contracts/{CONTRACT}/price-lists"] = refusal
    page = manager.post(f"{CONTRACT_PATH}/price-list", {"file": (io.BytesIO(b"?"), "a.csv")})
    assert summary_links(page) == {"file": "No line holds the headings."}


def test_a_price_list_is_applied_only_if_nothing_of_it_is_refused(visit: Visit, services: FakeServices) -> None:
    manager = visit("manager")
    assert "Apply 4 changes" in text_of(manager.get(f"/alliance/price-lists/{PRICE_LIST}"))
    refused = text_of(manager.get(f"/alliance/price-lists/{REFUSED_LIST}"))
    assert "1 line cannot be taken over" in refused
    assert "“BX” is no unit of measure." in refused
    assert "Apply" not in refused
    DONE["POST", "catalogue", f"/price-lists/{PRICE_LIST}/apply"] = {"contract_id": CONTRACT}
    page = manager.post(f"/alliance/price-lists/{PRICE_LIST}/apply", {"version": "1", **KEY})
    assert page.location == CONTRACT_PATH
    assert services.changes[-1].etag == '"1"'


@pytest.mark.parametrize("decision", ["apply", "decline"])
def test_a_price_list_that_a_newer_one_replaced_is_decided_no_more(
    visit: Visit, services: FakeServices, decision: str
) -> None:
    manager, at = visit("manager"), f"/price-lists/{PRICE_LIST}/{decision}"
    services.refusals["POST", "catalogue", at] = Problem(404, "not_found", "There is no such price list.")
    page = manager.post(f"/alliance{at}", {"reason": "Too dear", "version": "1", **KEY})
    assert page.location == "/alliance/contracts"
    assert "a newer comparison has replaced that price list" in text_of(manager.get(page.location))


def test_fields_of_a_price_list_are_said_in_words() -> None:
    assert [catalogue_words.said("unit", unit) for unit in ("XBX", "EA", "XYZ")] == ["box", "each", "XYZ"]
    assert [catalogue_words.said("vat_class", "Z"), catalogue_words.said("sku", "EA")] == ["Zero rate", "EA"]


def test_a_certificate_is_recorded_and_ended(visit: Visit, services: FakeServices) -> None:
    manager, new = visit("manager"), "/alliance/vat-exceptions/new"
    typed = {"school_urn": "910001", "vat": "S-reduced", "valid_from": "2026-09-01", "certificate": "VAT 7", **KEY}
    assert manager.post(f"{new}?offer_id={OFFER}", typed).location == "/alliance/vat-exceptions"
    sent = services.changes[-1].sent
    assert (sent["offer_id"], sent["school_urn"], sent["vat_class"], sent["reduced"]) == (OFFER, 910001, "S", True)
    assert set(summary_links(manager.post(new, {"vat": "Z"}))) == {"category_code", "school_urn", "valid_from"}
    manager.post(f"/alliance/vat-exceptions/{EXCEPTION}/end", {"valid_to": "2026-12-31", "version": "2"})
    call = services.changes[-1]
    assert (call.etag, call.sent["valid_to"], call.sent["certificate"]) == ('"2"', "2026-12-31", "VAT 7 of 1 September")
    assert not {"version", "withdrawn"} & set(call.sent)
    DONE["POST", "catalogue", f"/vat-exceptions/{EXCEPTION}/withdraw"] = {}
    assert manager.post(f"/alliance/vat-exceptions/{EXCEPTION}/withdraw", {}).location == "/alliance/vat-exceptions"
    lapsing = text_of(manager.get("/alliance/vat-exceptions"))
    assert "1 certificate lapses soon" in lapsing
    assert "VAT 7 of 1 September for Copier paper A4, 80 g, until" in lapsing


def test_the_planner_says_what_meets_the_threshold(visit: Visit) -> None:
    text = text_of(visit("board").get("/alliance/planner"))
    assert "£155,790.00 Below it A formal tender" in text
    assert "£311,580.00 Meets the threshold" in text
    assert "Make an address" not in text


def test_the_calendars_address_is_shown_once_and_can_be_stopped(visit: Visit, services: FakeServices) -> None:
    DONE["POST", "catalogue", "/planner-feeds"] = {"feed_id": FEED, "token": "secret-token"}
    manager = visit("manager")
    assert "/calendar/contracts/secret-token.ics" in text_of(manager.post("/alliance/planner/calendar", KEY))
    manager.post(f"/alliance/planner/calendar/{FEED}/revoke", KEY)
    assert services.changes[-1].path == f"/planner-feeds/{FEED}/revoke"


def test_thresholds_are_typed_in_pounds_and_empty_rows_go(visit: Visit, services: FakeServices) -> None:
    typed = {
        "version": "4",
        "thresholds.0.kind": "works",
        "thresholds.0.commences_on": "2026-01-01",
        "thresholds.0.amount_pence": "",
        "thresholds.1.kind": "goods_services",
        "thresholds.1.commences_on": "2028-01-01",
        "thresholds.1.amount_pence": "210,000.00",
        "quote_tiers.0.commences_on": "2028-01-01",
        "quote_tiers.0.from_pence": "0.00",
        "quote_tiers.0.requirement": "One quote",
    }
    visit("manager").post("/alliance/planner/thresholds", typed)
    assert services.changes[-1].etag == '"4"'
    assert services.changes[-1].sent == {
        "thresholds": [{"amount_pence": 21_000_000, "kind": "goods_services", "commences_on": "2028-01-01"}],
        "quote_tiers": [{"from_pence": 0, "requirement": "One quote", "commences_on": "2028-01-01"}],
    }


def test_contracts_are_found_by_their_words(visit: Visit) -> None:
    manager = visit("manager")
    assert "NSA-2025-04" in text_of(manager.get("/alliance/contracts?q=paper+fenwright"))
    assert "No contract fits these words" in text_of(manager.get("/alliance/contracts?q=boats"))


def test_a_supplier_sees_its_own_offers_and_changes_nothing(visit: Visit) -> None:
    page = visit("supplier").get("/supplier/offers")
    assert "Copier paper A4, 80 g" in text_of(page)
    assert b'method="post" action="/supplier' not in page.data
    assert visit("supplier").get(OFFER_PATH).status_code == 403
