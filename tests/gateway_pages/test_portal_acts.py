"""What suppliers and the alliance do about suppliers reaches the services as it was typed."""

import io
from collections.abc import Callable
from pathlib import Path

import gateway
from gateway.pages.held_words import by_invoice
from gateway.upstream import Problem
from tests.gateway_pages.conftest import Visitor, parsed, summary_links, text_of
from tests.gateway_pages.fake import DONE, FakeServices
from tests.gateway_pages.people import SUPPLIER_ID
from tests.gateway_pages.portal_world import ALLIANCE, CHANGE, CONTRACT, PROPOSED, a_list, an_account

Visit = Callable[[str], Visitor]
FIRM = f"/suppliers/{SUPPLIER_ID}"
COMPANY = {
    "address": " Unit 4 \nPaper Mill Lane\n",
    "town": "Millhaven",
    "postcode": "ZZ10 4PM",
    "email": "orders@fenwright.example",
    "telephone": "",
    "endpoint_scheme": "0088",
    "endpoint_id": "9520000000011",
    "vat_number": "",
    "company_number": "999101",
    "version": "3",
}


def test_the_alliance_says_who_it_is(visit: Visit, services: FakeServices) -> None:
    typed = COMPANY | {"name": "The alliance", "legal_name": "Alliance Limited", "telephone": "01632 960000"}
    response = visit("manager").post("/alliance/settings", typed)
    assert response.status_code == 303
    (call,) = services.changes
    assert (call.path, call.etag) == ("/alliance", '"3"')
    assert call.sent["address"]["lines"] == ["Unit 4", "Paper Mill Lane"]
    assert call.sent["endpoint"] == {"scheme": "0088", "id": "9520000000011"}
    assert call.sent.keys() == {name for name in ALLIANCE if name != "version"}
    services.refusals["PUT", "members", "/alliance"] = Problem(
        422, "alliance_invalid", "No.", [{"field": "endpoint.id", "message": "Check the GLN."}]
    )
    refused = visit("manager").post("/alliance/settings", typed)
    assert (refused.status_code, summary_links(refused)) == (422, {"endpoint_id": "Check the GLN."})


def test_a_supplier_is_added_and_edited_by_the_alliance(visit: Visit, services: FakeServices) -> None:
    DONE["POST", "members", "/suppliers"] = {"supplier_id": SUPPLIER_ID, "name": "New"}
    typed = COMPANY | {"name": "New", "school_urn": "910001", "sending_key": "a-key"}
    assert visit("manager").post("/alliance/suppliers/new", typed).status_code == 303
    assert visit("manager").post(f"/alliance{FIRM}/edit", typed).status_code == 303
    added, edited = services.changes
    assert (added.key, added.sent["school_urn"], added.sent["company_number"]) == ("a-key", 910001, "999101")
    assert (edited.path, edited.etag, edited.sent) == (FIRM, '"3"', added.sent)
    bare = {"name": "Bare", "email": "a@bare.example"}
    visit("manager").post("/alliance/suppliers/new", bare)
    assert services.changes[-1].sent["address"] is None


def test_only_the_administrator_changes_the_company(visit: Visit, services: FakeServices) -> None:
    assert visit("supplier").post("/supplier/company/edit", COMPANY).status_code == 403
    assert visit("supplier_head").post("/supplier/company/edit", COMPANY).status_code == 303
    (call,) = services.changes
    assert (call.path, call.sent["telephone"]) == (f"{FIRM}/details", None)
    assert "name" not in call.sent


def test_bank_details_are_proposed_confirmed_and_stopped(visit: Visit, services: FakeServices) -> None:
    numbers = {"sort_code": "20-00-00", "account_number": "55779911"}
    head, seller, manager = visit("supplier_head"), visit("supplier"), visit("manager")
    page, at = "/supplier/company/bank-details", f"{FIRM}/bank-details"
    assert seller.post(page, {"account_name": "X", **numbers}).status_code == 403
    assert head.post(page, {"account_name": "Fenwright", **numbers}).status_code == 303
    again = {"again_sort_code": "200000", "again_account_number": "55779911", "version": "1"}
    assert seller.post(f"{page}/{CHANGE}/confirm", again).status_code == 303
    assert seller.post(f"{page}/{CHANGE}/stop", {"reason": "Not ours"}).status_code == 303
    proposed, confirmed, stopped = services.changes
    assert (proposed.path, proposed.sent) == (at, {"account_name": "Fenwright", **numbers})
    assert (confirmed.path, confirmed.etag) == (f"{at}/{CHANGE}/confirm", '"1"')
    assert confirmed.sent == {"sort_code": "200000", "account_number": "55779911", "spoke_to": None}
    assert (stopped.path, stopped.sent) == (f"{at}/{CHANGE}/stop", {"reason": "Not ours"})

    unsaid = manager.post(f"/alliance{at}/{CHANGE}/confirm", again | {"spoke_to": ""})
    assert "spoke_to" in summary_links(unsaid)
    assert "Call 01632 960101" in text_of(unsaid)
    services.refusals["POST", "members", f"{at}/{CHANGE}/confirm"] = Problem(
        422, "bank_details_mismatch", "Other numbers.", [{"field": "account_number", "message": "Other numbers."}]
    )
    wrong = manager.post(f"/alliance{at}/{CHANGE}/confirm", again | {"spoke_to": "Petra"})
    assert summary_links(wrong) == {"again_account_number": "Other numbers."}
    assert "55779911" not in wrong.get_data(as_text=True), "what was typed to confirm is not shown again"


def test_who_proposed_a_change_finds_no_way_to_confirm_it(visit: Visit, services: FakeServices) -> None:
    head = visit("supplier_head")
    own = an_account("proposed", bank_details_id=CHANGE, proposed_by_id="bbbb0000-0000-4000-8000-000000000001")
    services.table["members", f"{FIRM}/bank-details"] = {"items": [own], "next": None}
    page = head.get("/supplier/company/bank-details")
    assert "somebody else confirms it" in text_of(page)
    assert not parsed(page).xpath("//form[contains(@action, '/confirm')]")
    assert parsed(page).xpath("//form[contains(@action, '/stop')]")


def test_a_colleague_is_invited_with_the_roles_chosen(visit: Visit, services: FakeServices) -> None:
    DONE["POST", "members", f"{FIRM}/people"] = {
        "person_id": "00000000-0000-4000-8000-000000000777",
        "name": "Wes Warehouse",
        "email": "wes@fenwright.example",
        "roles": [],
    }
    typed = {"name": "Wes Warehouse", "email": "wes@fenwright.example", "supplier_user": "1"}
    assert visit("supplier").post("/supplier/people/new", typed).status_code == 403
    nothing = visit("supplier_head").post("/supplier/people/new", typed | {"supplier_user": ""})
    assert "supplier_user" in summary_links(nothing)
    assert visit("supplier_head").post("/supplier/people/new", typed).status_code == 303
    (call,) = services.changes
    assert [role["role"] for role in call.sent["roles"]] == ["supplier_user"]


def test_a_price_list_is_proposed_and_declined(visit: Visit, services: FakeServices) -> None:
    DONE["POST", "catalogue", f"/contracts/{CONTRACT}/price-lists"] = a_list("compared")
    DONE["POST", "catalogue", f"/price-lists/{PROPOSED}/decline"] = a_list("declined")
    seller = visit("supplier")
    assert summary_links(seller.post("/supplier/price-lists", {"contract_id": CONTRACT})).keys() == {"file"}
    sent = {"contract_id": CONTRACT, "file": (io.BytesIO(b"sku,price\n"), "spring.csv"), "sending_key": "a-key"}
    assert seller.post("/supplier/price-lists", sent).location == f"/supplier/price-lists/{PROPOSED}"
    (call,) = services.changes
    assert (call.sent, call.params["name"], call.key) == (b"sku,price\n", "spring.csv", "a-key")
    decline = f"/alliance/price-lists/{PROPOSED}/decline"
    assert visit("manager").post(decline, {"reason": "", "version": "1"}).status_code == 422
    assert visit("manager").post(decline, {"reason": "Not yet", "version": "1"}).status_code == 303
    assert services.changes[-1].sent == {"reason": "Not yet"}


def test_drops_go_by_the_way_by_the_day_and_by_order(visit: Visit, services: FakeServices) -> None:
    def groups(path: str) -> list[str]:
        page = parsed(visit("supplier").get(path))
        return [" ".join(each.text_content().split()) for each in page.xpath("//tr[@class='group']/th")]

    assert groups("/supplier/drops?show=all") == ["NF2 · 2 drops", "NF14 · 1 drop"]
    assert groups("/supplier/drops?by=order") == ["PO-000001 · 3 drops"]
    assert [group.split(" · ")[1] for group in groups("/supplier/drops?by=date")] == ["2 drops", "1 drop"]


def test_orders_are_filtered_by_state_and_words(visit: Visit, services: FakeServices) -> None:
    seller = visit("supplier")
    rows = {
        path: len(parsed(seller.get(f"/supplier/orders?{path}")).xpath("//table/tbody/tr"))
        for path in ("", "state=issued", "state=rejected", "q=000002", "q=nothing+like+it", "state=none")
    }
    assert rows == {
        "": 3,
        "state=issued": 1,
        "state=rejected": 1,
        "q=000002": 1,
        "q=nothing+like+it": 0,
        "state=none": 3,
    }


def test_a_supplier_sees_at_once_for_whom_an_invoice_is_held(visit: Visit, services: FakeServices) -> None:
    for path in ("/supplier", "/supplier/invoices"):
        assert "Elm Park Academy: 2 boxes short" in text_of(visit("supplier").get(path)), path


def test_lines_held_alike_are_counted_and_not_repeated():
    line = {"school_name": "Elm Park Academy", "reasons": ["not_received"], "unit": "XBX", "quantity_received": None}
    short = line | {"reasons": ["quantity_short"], "quantity_received": 39, "quantity_invoiced": 41}
    held = {"supplier_invoice_id": "i", "held": [line, short, line], "lines": 5}
    assert by_invoice([held]) == {
        "i": [
            "Elm Park Academy: the school has recorded no delivery (2 lines)",
            "Elm Park Academy: 2 boxes short",
            "and 2 more",
        ]
    }


def test_the_manager_sets_how_long_changes_wait(visit: Visit, services: FakeServices) -> None:
    sent = {"waiting_days": "5", "trusted_after_days": "60", "safeguards_version": "0"}
    assert visit("administrator").post("/alliance/settings/safeguards", sent).status_code == 403
    assert visit("manager").post("/alliance/settings/safeguards", sent).status_code == 303
    (call,) = services.changes
    assert (call.sent, call.etag) == ({"waiting_days": 5, "trusted_after_days": 60}, '"0"')


def test_the_error_summary_is_the_layouts_alone() -> None:
    templates = Path(gateway.__file__).parent / "templates"
    found = [path.name for path in templates.rglob("*.html") if "ui.errors(" in path.read_text("utf-8")]
    assert found == ["layout.html"]  # twice on a page it would have one id for two things
