"""What the service keeps of what others announce; heard twice is heard once."""

from contracts.events import samples
from tests.orders.market import MANAGER, Market, buyer, in_days, ok, order_path, school_body

COPIES = ("school", "delivery_site", "supplier", "supplier_details", "alliance", "contract", "offer")


def rows(market: Market) -> dict[str, list[tuple[object, ...]]]:
    return {table: [tuple(row) for row in market.sql(f"SELECT * FROM {table} ORDER BY 1")] for table in COPIES}


def test_a_message_delivered_twice_changes_nothing(market: Market) -> None:
    events = [
        (event_type, samples()[event_type, 2 if event_type in ("SchoolRecorded", "SupplierRecorded") else 1])
        for event_type in (
            "AllianceRecorded",
            "SchoolRecorded",
            "SupplierRecorded",
            "ContractRecorded",
            "OfferPublished",
        )
    ]
    market.hear(*events)
    once = rows(market)
    market.hear(*events)
    market.hear(*[event for event in events for _ in range(2)])
    assert rows(market) == once
    assert all(once[table] for table in COPIES)


def test_of_several_announcements_the_last_counts(market: Market) -> None:
    market.hear(*[("SchoolRecorded", school_body(900500, name=name)) for name in ("Old", "Middle", "New")])
    assert [row.name for row in market.sql("SELECT name FROM school WHERE urn = 900500")] == ["New"]


def test_a_school_in_depth_is_kept_with_its_sites(market: Market) -> None:
    told = samples()["SchoolRecorded", 2]
    site = told["sites"][0]
    annexe = site | {"site_id": "5170a001-0000-4000-8000-000000000002", "name": "Annexe", "main": False}
    market.hear(("SchoolRecorded", told | {"sites": [site, annexe], "membership_class": "associate"}))
    market.hear(("SchoolRecorded", told | {"sites": [annexe | {"main": True}], "financial_year": "september"}))

    (school,) = market.sql("SELECT * FROM school")
    assert (school.type_code, school.membership_class, school.pupils, school.financial_year) == (
        "1", "full", 271, "september",
    )  # fmt: skip
    sites = market.sql("SELECT name, main, removed FROM delivery_site ORDER BY site_id", buyer(told["urn"]))
    assert [tuple(each) for each in sites] == [("Main building", True, True), ("Annexe", True, False)]
    assert market.sql("SELECT * FROM delivery_site", buyer(900500)) == []


def test_an_offer_may_arrive_before_its_supplier_and_contract(market: Market) -> None:
    offer = samples()["OfferPublished", 1]
    market.hear(("OfferPublished", offer))
    round_id = market.open_round(contract_ids=[offer["contract_id"]])
    (shown,) = ok(market.as_(MANAGER).get(f"/rounds/{round_id}"))["offers"]
    assert shown["supplier_name"] == ""
    market.hear(("SupplierRecorded", samples()["SupplierRecorded", 1]))
    (shown,) = ok(market.as_(MANAGER).get(f"/rounds/{round_id}"))["offers"]
    assert shown["supplier_name"] == "Fenwright Paper"


def test_a_withdrawn_offer_is_in_no_coming_round_until_it_is_published_again(market: Market) -> None:
    paper, pens = market.offer(), market.offer("Pens")
    market.hear(("OfferWithdrawn", {"offer_id": pens}), ("OfferWithdrawn", {"offer_id": pens}))
    first = market.draft_round()
    assert [offer["offer_id"] for offer in first["offers"]] == [paper]
    market.hear(("OfferPublished", market.offer_body(pens, "Pens")))
    assert len(ok(market.as_(MANAGER).get(f"/rounds/{first['round_id']}"))["offers"]) == 2


def test_a_withdrawal_leaves_closed_rounds_alone(market: Market) -> None:
    paper = market.offer()
    urn = market.school()
    round_id = market.open_round()
    market.order(round_id, urn, {paper: 1})
    market.close(round_id)
    before = ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))
    market.hear(("OfferWithdrawn", {"offer_id": paper}), ("SchoolRecorded", school_body(urn, left_on=in_days(-1)[:10])))
    assert market.sql("SELECT withdrawn FROM round_offer")[0].withdrawn is False
    after = ok(market.as_(buyer(urn)).get(order_path(round_id, urn)))
    assert after == before
