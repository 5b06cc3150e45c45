"""Price lists: what a file would do is shown line by line, and done whole or not at all."""

import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import XmlNotAllowed
from contracts.london import london_today
from services.catalogue.domain.errors import PriceListUnreadable
from services.catalogue.domain.offer import Offer
from services.catalogue.domain.peppol_catalogue import read_peppol_catalogue
from services.catalogue.domain.price import DatedPrices
from services.catalogue.domain.price_list import ListTerms, compare
from services.catalogue.domain.price_sheet import as_cell, read_price_sheet
from tests.catalogue.actors import BOARD_MEMBER, BUYER, FENWRIGHT, KILN, MANAGER, user_of
from tests.catalogue.records import PAPER, told
from tests.catalogue.test_offer import CONTRACT, tiers
from tests.catalogue.test_offer import PAPER as OFFER
from tests.clients import Clients
from tests.workbooks import workbook

TODAY = date(2026, 11, 24)
OPEN_CATALOGUE = Path(os.environ.get("BURSAR_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
HEADINGS = ["SKU", "Name", "Unit", "VAT", "Price", "Price from 50", "Colour"]


def sheet(*rows: list[str]) -> Any:
    return read_price_sheet([["Spring prices", ""], [], HEADINGS, *rows])


def does(rows: Any, *offers: Offer, whole: bool = False, from_day: date = TODAY) -> list[tuple[str, str]]:
    lines = compare(rows, CONTRACT, offers, ["stationery"], ListTerms(whole, from_day, TODAY))
    return [(line.change, line.sku) for line in lines]


def reasons(rows: Any, *offers: Offer, from_day: date = TODAY) -> list[tuple[int | None, str]]:
    lines = compare(rows, CONTRACT, offers, ["stationery"], ListTerms(False, from_day, TODAY))
    return [(line.line, reason) for line in lines for reason in line.reasons]


def test_a_sheet_is_read_by_its_headings_wherever_they_stand() -> None:
    found = sheet(
        ["PEN", "Ball pen", "boxes", "20%", "£1,002.50", "", "red"],
        ["", "", ""],
        ["INK", "Ink", "LTR", "zero rate", "3", "2.5"],
    )

    assert found.ignored == ("Colour",)
    assert [(row.line, row.sku, row.faults) for row in found.rows] == [(4, "PEN", ()), (6, "INK", ())]
    assert found.rows[0].said == {"name": "Ball pen", "unit": "XBX", "vat_class": "S", "tiers": tiers((1, "1002.50"))}
    assert found.rows[1].said["tiers"] == tiers((1, "3"), (50, "2.5"))


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([["name", "price"]], "No line holds the headings"),
        ([], "No line holds the headings"),
        ([["sku", "price", "unit price"]], "Line 1: two columns are headed as price 1"),
    ],
)
def test_a_sheet_without_clear_headings_is_no_price_list(rows: list[list[str]], why: str) -> None:
    with pytest.raises(PriceListUnreadable, match=why):
        read_price_sheet(rows)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Z"]), min_size=1))
def test_a_cell_is_no_formula_and_reads_back(text: str) -> None:
    written = as_cell(text)
    assert not written.startswith(("=", "+", "-", "@"))
    said = read_price_sheet([["sku", "name"], ["A", written]]).rows[0].said
    assert said.get("name") == (as_cell(text)[1:] if written != text else text) or text.startswith("'")


def test_a_list_adds_changes_and_withdraws() -> None:
    pen = replace(OFFER, offer_id="pen", sku="PEN", name="Ball pen", tiers=tiers((1, "2")))
    gone = replace(pen, offer_id="old", sku="OLD", state="withdrawn")
    back = replace(pen, offer_id="back", sku="BACK", state="withdrawn")
    rows = sheet(
        [OFFER.sku, "", "", "", "12", "11"],
        ["NEW", "New article", "EA", "S", "1", ""],
        ["BACK", "", "", "", "2", ""],
    ).rows

    assert does(rows, OFFER, pen, gone, back) == [("changed", OFFER.sku), ("added", "NEW"), ("added", "BACK")]
    assert does(rows, OFFER, pen, gone, back, whole=True)[3:] == [("withdrawn", "PEN")]


def test_what_stays_as_it_is_is_unchanged() -> None:
    rows = sheet([OFFER.sku, OFFER.name, "box", "S", "12.50", "11.80"]).rows
    same = replace(OFFER, tiers=tiers((1, "12.50"), (50, "11.80")))

    assert does(rows, same) == [("unchanged", OFFER.sku)]
    [line] = compare(rows, CONTRACT, [OFFER], ["stationery"], ListTerms(False, TODAY, TODAY))
    assert [(each.name, each.before, each.after) for each in line.differences] == [
        ("tiers", "£12.5000, from 50 £11.8000, from 100 £10.9500", "£12.5000, from 50 £11.8000")
    ]
    assert line.proposed is not None
    assert line.proposed.prices_from == TODAY


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["", "Glue", "EA", "S", "1"], "The article number is missing."),
        (["GLUE", "", "EA", "S", "1"], "The article is new, and the name is missing."),
        (
            ["GLUE", "", "", "", ""],
            "The article is new, and the name, the unit, the VAT class and the price is missing.",
        ),
        (["GLUE", "Glue", "BX", "S", "1"], "“BX” is no unit of measure"),
        (["GLUE", "Glue", "EA", "R", "1"], "“R” is no VAT class"),
        (["GLUE", "Glue", "EA", "S", "free"], "“free” is no price in pounds."),
        (["GLUE", "Glue", "EA", "S", "1.23456"], "Enter pounds above 0 with at most four decimals."),
        (["GLUE", "Glue", "EA", "S", "", "1"], "The first price is from quantity 1."),
        (["GLUE", "Glue", "EA", "S", "1", "1"], "Each price is lower than the one before."),
    ],
)
def test_a_row_that_cannot_be_taken_over_says_why(row: list[str], reason: str) -> None:
    [(line, said)] = reasons(sheet(row).rows)
    assert line == 4
    assert reason in said


def test_an_article_stands_in_a_list_once() -> None:
    row = ["GLUE", "Glue", "EA", "S", "1", ""]
    assert reasons(sheet(row, row).rows) == [(5, "Line 4 names the same article.")]


def test_prices_of_a_later_day_wait_and_nothing_else_does() -> None:
    soon = TODAY + timedelta(days=30)
    pen = replace(OFFER, sku="PEN", tiers=tiers((1, "2")), later_prices=(DatedPrices(soon, tiers((1, "9"))),))
    rows = sheet(["PEN", "", "", "", "3", ""], ["NEW", "New", "EA", "S", "1", ""]).rows

    first, second = compare(rows, CONTRACT, [pen], ["stationery"], ListTerms(True, soon, TODAY))

    assert first.proposed is not None
    assert (first.proposed.tiers, first.proposed.later_prices) == (pen.tiers, (DatedPrices(soon, tiers((1, "3"))),))
    assert second.reasons == ("Only prices can wait for a later day; this article is not offered now.",)
    renamed = sheet(["PEN", "Pen", "", "", "3", ""]).rows
    assert "something else of this article differs" in reasons(renamed, pen, from_day=soon)[0][1]


PRICE = """<cac:RequiredItemLocationQuantity><cbc:MinimumQuantity>{least}</cbc:MinimumQuantity><cac:Price>
<cbc:PriceAmount currencyID="{currency}">{amount}</cbc:PriceAmount>
<cbc:BaseQuantity unitCode="EA">{base}</cbc:BaseQuantity>
{period}</cac:Price></cac:RequiredItemLocationQuantity>"""


def price(
    amount: str, *, least: int = 1, base: str = "1", currency: str = "GBP", begins: str = "", ends: str = ""
) -> str:
    days = [(f"{name}Date", day) for name, day in (("Start", begins), ("End", ends)) if day]
    inner = "".join(f"<cbc:{name}>{day}</cbc:{name}>" for name, day in days)
    period = f"<cac:ValidityPeriod>{inner}</cac:ValidityPeriod>" if inner else ""
    return PRICE.format(least=least, base=base, currency=currency, amount=amount, period=period)


def peppol(*prices: str, sku: str = "PEN", head: str = "", vat: str = "S") -> bytes:
    return f"""<?xml version="1.0"?>
<Catalogue xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
 xmlns="urn:oasis:names:specification:ubl:schema:xsd:Catalogue-2">
<cac:CatalogueLine><cbc:ID>1</cbc:ID>{head}{"".join(prices)}<cac:Item><cbc:PackSizeNumeric>12</cbc:PackSizeNumeric>
<cbc:Name>Ball pen</cbc:Name><cac:SellersItemIdentification><cbc:ID>{sku}</cbc:ID></cac:SellersItemIdentification>
<cac:ClassifiedTaxCategory><cbc:ID>{vat}</cbc:ID></cac:ClassifiedTaxCategory></cac:Item>
</cac:CatalogueLine></Catalogue>""".encode()


def test_a_peppol_catalogue_gives_dated_tiers() -> None:
    document = peppol(
        price("20.00", base="2"),
        price("9.00", least=50),
        price("8.00", ends="2026-01-01"),
        price("11", begins="2027-01-01"),
        head="<cbc:MinimumOrderQuantity>5</cbc:MinimumOrderQuantity>",
    )

    [row] = read_peppol_catalogue(document, TODAY)

    assert (row.line, row.sku, row.faults, row.ends) == (5, "PEN", (), False)
    assert row.said == {
        "unit": "EA",
        "vat_class": "S",
        "name": "Ball pen",
        "pack_size": 12,
        "minimum_quantity": 5,
        "tiers": tiers((1, "10"), (50, "9")),
        "later_prices": (DatedPrices(date(2027, 1, 1), tiers((1, "11"))),),
    }


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (peppol(price("1", currency="EUR")), "The price is in EUR, not in pounds."),
        (peppol(price("1", base="3")), "£1 for 3 is not a price of at most four decimals each."),
        (peppol(price("one")), "PriceAmount cannot be read: one."),
        (peppol(price("1"), sku=""), "The seller’s article number is missing."),
        (peppol(price("1"), vat="X"), "The VAT category X is not known."),
        (peppol(price("1", begins="2026-02-30")), "2026-02-30 is no day."),
    ],
)
def test_a_peppol_line_that_cannot_be_taken_over_says_why(document: bytes, fault: str) -> None:
    [row] = read_peppol_catalogue(document, TODAY)
    assert fault in row.faults


@pytest.mark.parametrize(
    "head", ["<cbc:ActionCode>Delete</cbc:ActionCode>", "<cbc:OrderableIndicator>false</cbc:OrderableIndicator>"]
)
def test_a_peppol_line_may_take_an_article_out(head: str) -> None:
    rows = read_peppol_catalogue(peppol(price("1"), head=head), TODAY)
    assert does(rows, replace(OFFER, sku="PEN")) == [("withdrawn", "PEN")]
    assert does(rows) == [("unchanged", "PEN")]


def test_a_hostile_or_foreign_document_is_refused_whole() -> None:
    with pytest.raises(XmlNotAllowed):
        read_peppol_catalogue(b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', TODAY)
    with pytest.raises(PriceListUnreadable, match="Line 1: this is not a UBL"):
        read_peppol_catalogue(b"<Invoice/>", TODAY)
    with pytest.raises(PriceListUnreadable, match="Line 2: the XML is broken"):
        read_peppol_catalogue(b"<a>\n</b>", TODAY)


@pytest.mark.real_data
def test_the_official_example_is_read() -> None:
    file = OPEN_CATALOGUE / "peppol" / "catalogue_example.xml"
    if not file.exists():
        pytest.skip(f"{file} is not there: set BURSAR_REAL_DATA to the folder of published files")
    first, second = read_peppol_catalogue(file.read_bytes(), TODAY)
    assert (first.sku, second.sku) == ("MNTR011", "MNTR012")
    assert "The price is in EUR, not in pounds." in first.faults


CSV = "sku,name,unit,vat,price,price from 50\nPAP-A4-80,,,,12.00,11.00\nGLUE,Glue,EA,S,0.99,\n"


@pytest.fixture
def path(contract: dict[str, Any]) -> str:
    return f"/contracts/{contract['contract_id']}/price-lists"


def send(catalogue: Clients, path: str, content: str | bytes = CSV, **query: str) -> Any:
    return catalogue("catalogue", MANAGER).post(path, data=content, query_string=query, content_type="text/csv")


def test_a_list_is_compared_and_then_applied_whole(catalogue: Clients, offer: dict[str, Any], path: str) -> None:
    client = catalogue("catalogue", MANAGER)
    other = client.post("/offers", PAPER | {"contract_id": offer["contract_id"], "sku": "OLD"}).json

    made = send(catalogue, path, name="spring.csv", whole="true").json

    assert made["counts"] == {"added": 1, "changed": 1, "withdrawn": 1, "unchanged": 0, "refused": 0}
    assert (made["name"], made["state"], made["compared_by"], made["stale"]) == (
        "spring.csv",
        "compared",
        "Mags Field",
        False,
    )
    lines = f"/price-lists/{made['price_list_id']}/lines"
    assert [line["sku"] for line in client.get(lines).json["items"]] == ["PAP-A4-80", "GLUE", "OLD"]
    assert client.get(f"{lines}?change=changed").json["items"][0]["differences"] == [
        {"name": "tiers", "before": "£12.5000, from 50 £11.8000", "after": "£12.0000, from 50 £11.0000"}
    ]
    first = client.get(f"{lines}?limit=2").json
    assert [line["sku"] for line in client.get(f"{lines}?limit=2&after={first['next']}").json["items"]] == ["OLD"]
    assert len(told(catalogue, "OfferPublished")) == 2

    applied = client.post(f"/price-lists/{made['price_list_id']}/apply", version=1)

    assert (applied.status_code, applied.json["state"], applied.json["applied_by"]) == (200, "applied", "Mags Field")
    assert {body["sku"]: len(body["tiers"]) for body in told(catalogue, "OfferPublished")[2:]} == {
        "PAP-A4-80": 2,
        "GLUE": 1,
    }
    assert told(catalogue, "OfferWithdrawn") == [{"offer_id": other["offer_id"]}]
    changed = client.get(f"/offers/{offer['offer_id']}").json
    assert (changed["tiers"][0]["unit_price"], changed["version"]) == ("12.0000", 2)
    again = client.post(f"/price-lists/{made['price_list_id']}/apply", version=2)
    assert (again.status_code, again.json["code"]) == (409, "price_list_decided")


def test_a_list_with_refused_rows_is_not_applied(catalogue: Clients, offer: dict[str, Any], path: str) -> None:
    made = send(catalogue, path, CSV + "PEN,Pen,BX,S,1,\n").json

    answer = catalogue("catalogue", MANAGER).post(f"/price-lists/{made['price_list_id']}/apply", version=1)

    assert (answer.status_code, answer.json["code"]) == (422, "price_list_refused")
    assert len(told(catalogue, "OfferPublished")) == 1


def test_a_list_is_not_applied_to_offers_that_changed_meanwhile(
    catalogue: Clients, offer: dict[str, Any], path: str
) -> None:
    client = catalogue("catalogue", MANAGER)
    made = send(catalogue, path).json
    client.post(f"/offers/{offer['offer_id']}/withdraw")

    answer = client.post(f"/price-lists/{made['price_list_id']}/apply", version=1)

    assert (answer.status_code, answer.json["code"]) == (409, "offers_changed")
    assert client.get(f"/price-lists/{made['price_list_id']}").json["stale"] is True


def test_a_list_of_a_later_day_waits(catalogue: Clients, offer: dict[str, Any], path: str) -> None:
    client, soon = catalogue("catalogue", MANAGER), (london_today() + timedelta(days=9)).isoformat()
    made = send(catalogue, path, "sku,price\nPAP-A4-80,13\n", from_day=soon).json

    assert client.post(f"/price-lists/{made['price_list_id']}/apply", version=1).status_code == 200

    waiting = client.get(f"/offers/{offer['offer_id']}").json
    assert waiting["tiers"] == offer["tiers"]
    assert waiting["later_prices"] == [{"valid_from": soon, "tiers": [{"from_quantity": 1, "unit_price": "13.0000"}]}]


def test_workbooks_and_catalogues_are_read_as_well(catalogue: Clients, offer: dict[str, Any], path: str) -> None:
    book = workbook({"Prices": [["sku", "price"], ["PAP-A4-80", 12.25]]})
    assert send(catalogue, path, book).json["counts"]["changed"] == 1
    assert send(catalogue, path, peppol(price("1.00"))).json["counts"]["added"] == 1
    for content in (b"\x00", b"PK\x03\x04rubbish", b"<Catalogue/>", ""):
        answer = send(catalogue, path, content)
        assert (answer.status_code, answer.json["code"]) == (422, "price_list_unreadable")


def test_the_downloaded_list_reads_back_without_a_change(catalogue: Clients, offer: dict[str, Any], path: str) -> None:
    client = catalogue("catalogue", MANAGER)
    awkward = PAPER | {"contract_id": offer["contract_id"], "sku": "=A1", "name": "@Home, pens", "alone_price": "14.5"}
    client.post("/offers", awkward)

    answer = catalogue("catalogue", user_of(FENWRIGHT)).get(f"/contracts/{offer['contract_id']}/price-list.csv")

    assert answer.mimetype == "text/csv"
    counts = send(catalogue, path, answer.data, whole="true").json["counts"]
    assert counts == {"added": 0, "changed": 0, "withdrawn": 0, "unchanged": 2, "refused": 0}
    hidden = catalogue("catalogue", user_of(KILN)).get(f"/contracts/{offer['contract_id']}/price-list.csv")
    assert hidden.status_code == 404


def test_no_row_is_cut_off(catalogue: Clients, offer: dict[str, Any], path: str) -> None:
    rows = "".join(f"A{number},Article {number},EA,S,{number}.25,\n" for number in range(1, 3001))
    made = send(catalogue, path, CSV.partition("\n")[0] + "\n" + rows).json
    assert made["counts"]["added"] == 3000

    assert (
        catalogue("catalogue", MANAGER).post(f"/price-lists/{made['price_list_id']}/apply", version=1).status_code
        == 200
    )

    assert len(told(catalogue, "OfferPublished")) == 3001


@pytest.mark.parametrize("actor", [BUYER, BOARD_MEMBER])
def test_only_managers_handle_price_lists(catalogue: Clients, offer: dict[str, Any], path: str, actor: Any) -> None:
    made = send(catalogue, path).json
    client = catalogue("catalogue", actor)
    assert client.post(path, data=CSV, content_type="text/csv").status_code == 403
    assert client.get(f"/price-lists/{made['price_list_id']}").status_code == 403
    assert client.post(f"/price-lists/{made['price_list_id']}/apply", version=1).status_code == 403
