"""Documents of purchase orders: the same numbers in each format, kept by revision, for whom they are."""

import io
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from barcode import Code128
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from chassis.tagged_pdf import tagged_pdf, tagged_pdfs
from contracts.money import pounds
from contracts.vat import vat_pence
from services.orders.api import order_pdf
from services.orders.api.delivery_papers import bar_code
from services.orders.api.order_documents import render
from services.orders.domain.issued_order import totalled
from services.orders.domain.peppol_order import order_documents
from services.orders.storage.documents import MOST_TRIES, SILENT_AFTER
from services.orders.usecases.make_documents import make_due_documents
from tests.backends import ServiceDatabase
from tests.clients import Clients
from tests.orders.issued import BUYER, SELLER, issued
from tests.orders.market import MANAGER, Market, approver, buyer, ok, supplier_user
from tests.orders.peppol_rules import faults, totals

Json = dict[str, Any]


@pytest.fixture(scope="module")
def market(module_databases: Callable[[str], ServiceDatabase]) -> Market:
    """A market whose alliance and supplier are known with all that a document says of them."""
    market = Market(Clients(module_databases))
    market.hear(("AllianceRecorded", {**party(BUYER), "legal_name": BUYER.legal_name}))
    market.hear(("SupplierRecorded", {**party(SELLER), "supplier_id": market.supplier_id, "school_urn": None}))
    return market


@pytest.fixture(scope="module")
def order(market: Market) -> Json:
    """An order of three schools, hostile words in it, as its supplier sees it."""
    paper = market.offer("=cmd|' /C calc'!A0 <paper> & \"ink\"\x0b", vat_class="S", description="+1\n& more")
    books = market.offer("Reading books, 5 to 7", vat_class="Z", tiers=[(1, "3.3333")])
    charge = {
        "code": "DELIVERY", "name": "Delivery", "kind": "delivery", "amount_pence": 4501, "share_by": "value",
        "free_from_pence": None, "vat_class": "S",
    }  # fmt: skip
    market.contract(market.supplier_id, "Paper and stationery", market.contract_id, charges=[charge], **TERMS)
    urns = [
        market.school(name="@Herne Bay: Juniors / Infants [No. 1] and a very long name", sites=[site(1)]),
        market.school(name="St Mary’s"),
        market.school(name="st mary’s"),
    ]
    round_id = market.open_round()
    for urn, wanted in zip(urns, ({paper: 34, books: 7}, {paper: 41}, {paper: 18, books: 1}), strict=True):
        market.order(round_id, urn, wanted)
    market.close(round_id)
    [found] = market.purchase_orders(round_id, supplier_user(market.supplier_id))
    return found


TERMS: Json = {
    "minimum_order_pence": None,
    "small_order_fee_pence": None,
    "small_order_fee_share_by": "value",
    "fairness": "pro_rata",
    "tolerances": {"price_basis_points": 0, "quantity_units": 0, "total_pence": 0},
    "claim_days": 10,
    "lead_urn": None,
    "notice_on": None,
}


def site(number: int) -> Json:
    return {
        "site_id": f"5170a001-0000-4000-8000-00000000000{number}",
        "name": "Infants’ building",
        "address": "=1+1 King’s Road\nCanterbury",
        "postcode": "CT1 1AA",
        "instructions": "Deliver to the kitchen door before 14:30.",
        "main": True,
    }


def party(one: Any) -> Json:
    scheme, identifier = one.endpoint
    address = {"lines": list(one.address.lines), "town": one.address.town, "postcode": one.address.postcode}
    return {
        "name": one.name,
        "address": {**address, "country": "GB"},
        "endpoint": {"scheme": scheme, "id": identifier},
        "vat_number": one.vat_number,
        "company_number": one.company_number,
        "email": one.email,
        "telephone": one.telephone,
    }


def _now() -> datetime:
    return datetime.now(UTC)


def fetched(market: Market, order: Json, form: str, actor: Any = None, **query: Any) -> bytes:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    path = f"/purchase-orders/{order['purchase_order_id']}{form}?{asked}"
    answer = market.as_(actor or supplier_user(order["supplier_id"])).get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="PO-')
    return bytes(answer.get_data())


def peppol(content: bytes) -> list[tuple[str, etree._Element]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(name, etree.fromstring(archive.read(name))) for name in archive.namelist()]


def test_each_format_says_the_same_as_the_portal(market: Market, order: Json) -> None:
    by_urn = {drop["school_urn"]: drop for drop in order["drops"]}
    nets = {urn: sum(line["net_pence"] for line in drop["lines"]) for urn, drop in by_urn.items()}
    orders = peppol(fetched(market, order, ".xml"))
    assert [name for name, _ in orders] == [f"{order['number']}-{place}.xml" for place in (1, 2, 3)]
    told = [totals(document) for _, document in orders]
    assert [each.net_pence for each in told] == [nets[urn] for urn in sorted(nets)]
    assert sum(each.vat_pence for each in told) == order["vat_pence"]
    for (_, document), urn in zip(orders, sorted(nets), strict=True):
        lines = document.findall(".//{*}LineItem")
        goods = [line for line in by_urn[urn]["lines"] if line["quantity"]]
        assert [int(line.findtext("{*}ID")) for line in lines] == [line["line_no"] for line in goods]
        assert [int(line.findtext("{*}Quantity")) for line in lines] == [line["quantity"] for line in goods]

    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(fetched(market, order, ".pdf"))).pages)
    amounts = [order["net_pence"], order["vat_pence"], order["net_pence"] + order["vat_pence"], *nets.values()]
    assert [amount for amount in amounts if pounds(amount) not in text] == []

    book = CalamineWorkbook.from_filelike(io.BytesIO(fetched(market, order, ".xlsx")))
    summary = dict(row[:2] for row in book.get_sheet_by_name("Summary").to_python() if row[0])
    assert summary["Order"] == order["number"]
    assert round(summary["Without VAT, £"] * 100) == order["net_pence"]
    assert round(summary["VAT, £"] * 100) == order["vat_pence"]
    rows = book.get_sheet_by_name("Drops").to_python()
    assert {int(row[2]): round(row[11] * 100) for row in rows[1:4]} == nets
    assert [round(row[12] * 100) for row in rows[1:4]] == [each.vat_pence for each in told]
    for name, urn in zip(book.sheet_names[3:], sorted(nets), strict=True):
        lines = [row for row in book.get_sheet_by_name(name).to_python() if str(row[1]) == str(urn)]
        assert {int(row[0]): round(row[8] * 100) for row in lines} == {
            line["line_no"]: line["net_pence"] for line in by_urn[urn]["lines"]
        }


def test_the_orders_hold_to_schema_and_rules(market: Market, order: Json) -> None:
    for name, document in peppol(fetched(market, order, ".xml")):
        assert faults(document) == [], name
    alone = fetched(market, order, ".xml", drop=2)
    assert etree.fromstring(alone).findtext("{*}ID") == f"{order['number']}-2"


def test_no_cell_is_a_formula_and_every_sheet_has_its_name(market: Market, order: Json) -> None:
    content = fetched(market, order, ".xlsx")
    names = CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names
    assert names[:3] == ["Summary", "Lines", "Drops"]
    assert names[3:] == ["1 @Herne Bay Juniors Infants No", "2 St Mary’s", "3 st mary’s"]
    assert len({name.casefold() for name in names}) == len(names)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name]
        assert not any(b"<f>" in sheet for sheet in sheets)
        words = b"".join(sheets)
    assert b"'=cmd|" in words
    assert b">=cmd|" not in words
    assert b"'=1+1 King" in words


def test_the_pdf_is_tagged(market: Market, order: Json) -> None:
    reader = PdfReader(io.BytesIO(fetched(market, order, ".pdf")))
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "en-GB"
    assert b"pdfuaid:part" in reader.xmp_metadata.stream.get_data()
    assert "/StructTreeRoot" in catalog


def test_another_supplier_and_schools_get_nothing(market: Market, order: Json) -> None:
    path = f"/purchase-orders/{order['purchase_order_id']}"
    stranger = supplier_user(market.supplier("Somebody Else"))
    for form in (".pdf", ".xlsx", ".xml", "/documents", "/labels.pdf", "/delivery-notes.pdf"):
        assert market.as_(stranger).get(f"{path}{form}").status_code == 404, form
        assert market.as_(buyer(order["drops"][0]["school_urn"])).get(f"{path}{form}").status_code == 403, form
    rows = market.sql("SELECT 1 FROM purchase_order_document", stranger)
    assert rows == []


def test_the_alliance_reads_no_notes(market: Market) -> None:
    offer = market.offer("Glue")
    urn = market.school()
    round_id = market.open_round()
    market.order(round_id, urn, {offer: {"quantity": 3, "note": "The blue one, please"}})
    market.close(round_id)
    [order] = market.purchase_orders(round_id, supplier_user(market.supplier_id))
    assert b"The blue one" in fetched(market, order, ".xml")
    assert b"The blue one" not in fetched(market, order, ".xml", MANAGER)
    assert market.sql("SELECT DISTINCT audience FROM purchase_order_document", MANAGER) == [("alliance",)]


def test_without_an_electronic_address_only_the_peppol_order_is_refused(market: Market) -> None:
    supplier_id = market.supplier("Papyrus")
    contract = market.contract(supplier_id, "Papyrus"), supplier_id
    offer, urn = market.offer("Scroll", contract=contract), market.school()
    round_id = market.open_round(contract_ids=[contract[0]])
    market.order(round_id, urn, {offer: 2})
    market.close(round_id)
    [order] = market.purchase_orders(round_id, supplier_user(supplier_id))
    path = f"/purchase-orders/{order['purchase_order_id']}"
    supplier = market.as_(supplier_user(supplier_id))
    assert supplier.get(f"{path}.pdf").status_code == supplier.get(f"{path}.xlsx").status_code == 200
    refused = supplier.get(f"{path}.xml")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "electronic_address_missing")

    told = {"supplier_id": supplier_id, "name": "Papyrus", "email": "", "vat_number": "GB123456782"}
    market.hear(("SupplierRecorded", told))
    assert ok(supplier.post(f"{path}/documents"), 202)["ready"]
    document = etree.fromstring(fetched(market, order, ".xml", supplier_user(supplier_id)))
    assert document.find(".//{*}SellerSupplierParty//{*}EndpointID").attrib == {"schemeID": "9932"}
    assert faults(document) == []


def test_the_worker_makes_what_is_new_once(market: Market, order: Json) -> None:
    fetched(market, order, ".pdf")
    database = market.service.database
    make_due_documents(database, render, _now)
    before = market.sql("SELECT form, made_at FROM purchase_order_document WHERE audience = 'supplier' ORDER BY 1, 2")
    assert make_due_documents(database, render, _now) == 0
    assert before == market.sql(
        "SELECT form, made_at FROM purchase_order_document WHERE audience = 'supplier' ORDER BY 1, 2"
    )
    path = f"/purchase-orders/{order['purchase_order_id']}/documents"
    listed = ok(market.as_(supplier_user(order["supplier_id"])).get(path))
    assert (listed["ready"], listed["progress"]) == (True, 100)


def test_an_amended_drop_gets_new_documents_and_the_old_ones_stay(market: Market) -> None:
    offer = market.offer("Exercise books", tiers=[(1, "3.3333")])
    urns = [market.school() for _ in range(3)]
    round_id = market.open_round()
    for urn, units in zip(urns, (34, 41, 18), strict=True):
        market.order(round_id, urn, {offer: units})
    market.close(round_id)
    supplier = supplier_user(market.supplier_id)
    [order] = market.purchase_orders(round_id, supplier)
    ok(market.answer(order))
    before = {form: fetched(market, order, form) for form in (".pdf", ".xlsx", ".xml")}
    amend(market, order, urns[1], 20)

    after = fetched(market, order, ".xml")
    names = [name for name, _ in peppol(after)]
    assert names == [f"{order['number']}-1.xml", f"{order['number']}-2-R2.xml", f"{order['number']}-3.xml"]
    old, new = dict(peppol(before[".xml"])), dict(peppol(after))
    for place in (1, 3):
        name = f"{order['number']}-{place}.xml"
        assert etree.tostring(old[name]) == etree.tostring(new[name])
    revised = new[f"{order['number']}-2-R2.xml"]
    assert faults(revised) == []
    assert revised.findtext("{*}OrderDocumentReference/{*}ID") == f"{order['number']}-2"
    assert revised.findtext(".//{*}LineItem/{*}Quantity") == "20"
    assert "Revision 2" in PdfReader(io.BytesIO(fetched(market, order, ".pdf"))).pages[0].extract_text()
    for form, content in before.items():
        assert fetched(market, order, form, revision=1) == content
    listed = ok(market.as_(supplier).get(f"/purchase-orders/{order['purchase_order_id']}/documents"))
    assert (listed["revision"], {item["revision"] for item in listed["items"]}) == (2, {1, 2})


def amend(market: Market, order: Json, urn: int, units: int) -> None:
    """A line of a school changed: the supplier asks, the school and the alliance agree."""
    path = f"/purchase-orders/{order['purchase_order_id']}/amendments"
    sent = {"school_urn": urn, "line_no": 1, "quantity": units, "reason": "Fewer classes."}
    asked = ok(market.as_(supplier_user(order["supplier_id"])).post(path, sent), 201)
    for actor in (approver(urn), MANAGER):
        agreement = f"{path}/{asked['amendment_id']}/agreement"
        asked = ok(market.as_(actor).post(agreement, version=asked["version"]))
    assert asked["state"] == "applied"


def test_a_killed_worker_leaves_its_document_to_the_next(market: Market, order: Json, tmp_path: Any) -> None:
    key = "purchase_order_id = :id AND form = 'pdf' AND audience = 'supplier'"
    make_due_documents(market.service.database, render, _now)
    market.sql(
        "UPDATE purchase_order_document SET state = 'queued', tries = 0, content = NULL, media_type = NULL,"
        f" file_name = NULL, sha256 = NULL, made_at = NULL WHERE {key}",
        id=order["purchase_order_id"],
    )
    killed = subprocess.run(
        [sys.executable, "-m", "tests.orders.dying_maker", market.service.app_url], check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    [(state, progress, tries)] = market.sql(
        f"SELECT state, progress, tries FROM purchase_order_document WHERE {key}", id=order["purchase_order_id"]
    )
    assert (state, progress, tries) == ("making", 40, 1)
    path = f"/purchase-orders/{order['purchase_order_id']}.pdf"
    waiting = market.as_(supplier_user(order["supplier_id"])).get(path)
    assert (waiting.status_code, waiting.get_json()["progress"]) == (202, 40)
    assert waiting.headers["Retry-After"] == "2"

    assert make_due_documents(market.service.database, render, _now) == 0  # it may still live
    later = lambda: _now() + SILENT_AFTER + timedelta(seconds=1)  # noqa: E731
    assert make_due_documents(market.service.database, render, later) == 1
    assert fetched(market, order, ".pdf").startswith(b"%PDF-1.7")


def test_what_kills_every_maker_is_given_up(market: Market, order: Json) -> None:
    fetched(market, order, "/delivery-notes.pdf")
    market.sql(
        "UPDATE purchase_order_document SET state = 'queued', tries = :most, content = NULL, media_type = NULL,"
        " file_name = NULL, sha256 = NULL, made_at = NULL WHERE form = 'delivery-notes-route'",
        most=MOST_TRIES,
    )
    assert make_due_documents(market.service.database, render, _now) == 1
    path = f"/purchase-orders/{order['purchase_order_id']}/delivery-notes.pdf"
    answer = market.as_(supplier_user(order["supplier_id"])).get(path)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "document_failed")


@settings(max_examples=60, deadline=None)
@given(
    units=st.dictionaries(
        st.integers(900001, 900012), st.dictionaries(st.integers(1, 5), st.integers(1, 5000), min_size=1), min_size=1
    ),
    prices=st.dictionaries(st.integers(1, 5), st.decimals("0.0001", "9999", places=4).map(str)),
    classes=st.dictionaries(
        st.integers(1, 5), st.sampled_from([("S", "20.00"), ("S", "5.00"), ("Z", "0.00"), ("E", "0.00"), ("O", "0.00")])
    ),
    charge=st.integers(0, 100_000),
)
def test_orders_at_random_hold_to_schema_and_rules(units: Any, prices: Any, classes: Any, charge: int) -> None:
    order = issued(units, prices=prices, classes=classes, charges={6: charge} if charge else {})
    documents = [etree.fromstring(content) for _, content in order_documents(order)]
    assert [faults(document) for document in documents] == [[]] * len(documents)
    told = [totals(document) for document in documents]
    assert sum(each.net_pence for each in told) == order.net_pence
    assert sum(each.vat_pence for each in told) == order.vat_pence
    assert sum(each.gross_pence for each in told) == order.gross_pence


def test_pennies_that_amendments_moved_are_a_rounding_of_the_line() -> None:
    order = issued({900001: {1: 10}, 900002: {1: 10}}, prices={1: "3.3333"})
    for moved in (-7, -3, 2, 5):
        first, second = order.drops
        lines = tuple(replace(line, net_pence=line.net_pence + moved) for line in first.lines)
        drops = (replace(first, lines=lines), second)
        net = order.net_pence + moved
        lines = tuple(replace(line, net_pence=line.net_pence + moved) for line in order.lines)
        changed = replace(order, drops=drops, lines=lines, net_pence=net, vat_pence=vat_pence(net, Decimal(20)))
        documents = [etree.fromstring(content) for _, content in order_documents(totalled(changed))]
        assert [faults(document) for document in documents] == [[], []]
        assert documents[0].find(".//{*}LineItem/{*}AllowanceCharge") is not None


def test_a_long_order_is_one_tagged_file() -> None:
    order = issued({900000 + drop: {line: 1 + line for line in range(1, 41)} for drop in range(1, 25)})
    told: list[int] = []
    made = render(order, "pdf", "", told.append)
    reader = PdfReader(io.BytesIO(made.content))
    assert told == sorted(told)
    assert len(told) == 6
    assert told[-1] <= 100
    words = [page.extract_text() for page in reader.pages]
    for drop in order.drops:
        assert sum(f"{drop.place} · {drop.school_name}" in text for text in words) == 1
    tags = reader.trailer["/Root"]["/StructTreeRoot"]
    document = tags["/K"][0].get_object()
    assert document["/S"] == "/Document"
    assert [part.get_object()["/S"] for part in document["/K"]] == ["/Part"] * 6
    assert len(set(tags["/ParentTree"]["/Nums"][::2])) == len(reader.pages)
    assert [page["/StructParents"] for page in reader.pages] == list(range(len(reader.pages)))
    assert [entry.title for entry in reader.outline if not isinstance(entry, list)][1:] == [
        f"Drops {first} to {min(first + 4, 24)}" for first in range(1, 25, 5)
    ]
    numbers = re.findall(r"(\S+) · Page (\d+) of (\d+)", "\n".join(words))
    assert numbers[:5] == [("5", str(page), "5") for page in range(1, 6)]  # "Drops 1 to 5 · Page 1 of 5"
    assert numbers[-1] == ("24", "4", "4")


def test_a_very_long_order_is_set_by_other_processes_as_this_one_would(monkeypatch: pytest.MonkeyPatch) -> None:
    order = issued({900000 + drop: {line: 1 + line for line in range(1, 41)} for drop in range(1, 67)})
    told: list[int] = []
    made = render(order, "pdf", "", told.append).content
    assert (len(told), told[-1]) == (7, 95)  # the first process sets three, and a third process the last
    monkeypatch.setattr(
        order_pdf, "tagged_pdfs", lambda package, template, wanted: map(partial(tagged_pdf, package, template), wanted)
    )
    assert made == render(order, "pdf", "", told.append).content


def test_a_fault_in_the_process_that_sets_is_told() -> None:
    assert list(tagged_pdfs("services.orders.api", "order.typ", [])) == []
    with pytest.raises(RuntimeError):
        list(tagged_pdfs("services.orders.api", "order.typ", [{}, {}]))


def test_labels_and_delivery_notes_go_by_route_or_by_day() -> None:
    order = issued({900001: {1: 3}, 900002: {1: 4}, 900003: {1: 5}})
    places = dict(zip((900001, 900002, 900003), ("CT10 1AA", "CT2 9ZZ", "CT2 1AA"), strict=True))
    days = {900001: date(2027, 1, 5), 900002: None, 900003: date(2027, 1, 9)}
    drops = tuple(
        replace(
            drop,
            address=replace(drop.address, postcode=places[drop.school_urn]),
            lines=tuple(replace(line, promised_on=days[drop.school_urn]) for line in drop.lines),
        )
        for drop in order.drops
    )
    order = replace(order, drops=drops)
    for paper in ("labels-sheet", "labels-page", "delivery-notes"):
        for sorting, expected in (("route", [3, 2, 1]), ("date", [1, 3, 2])):
            made = render(order, f"{paper}-{sorting}", "https://bursar.example", lambda _: None)
            text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made.content)).pages)
            found = [text.index(f"PO-000012-{place}") for place in expected]
            assert found == sorted(found), (paper, sorting)


def test_the_bars_are_those_of_the_code() -> None:
    [modules] = Code128("PO-000012-3").build()
    drawn = ["0"] * len(modules)
    for at, width in re.findall(r"M(\d+) 0h(\d+)v1", bar_code("PO-000012-3")):
        drawn[int(at) : int(at) + int(width)] = "1" * int(width)
    assert "".join(drawn) == modules
