"""Documents of an order of 591 drops × 40 lines beside the libraries' own bare time for the same content.

Each form is made by the worker's own code in a process of its own, from claiming the job to keeping the file, so that
its memory can be seen. The floors do nothing but call the library: typst sets the same words in one plain, tagged
document, XlsxWriter writes the same cells without any format, lxml builds and serialises the same elements.
"""

import contextlib
import io
import json
import multiprocessing
import resource
import threading
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import psutil
from lxml import etree
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from bench import orders
from chassis.actor import SERVICE
from chassis.database import Database
from services.orders.api.order_documents import render
from services.orders.storage import companies, copies, documents
from services.orders.usecases.close_round import close_round
from services.orders.usecases.make_documents import make_claimed

LINES: Final = 40
CONTRACTS: Final = 4
TIME_TARGET: Final = 2
MEMORY_TARGET_MB: Final = 500
FORMS: Final = {"pdf": "PDF", "xlsx": "spreadsheet", "xml": "Peppol orders"}

_WATCHED_SECONDS: Final = 0.02
Row = dict[str, Any]
Element = tuple[int | None, str, dict[str, str], str | None]

_ADDRESS = {"lines": ["1 High Street"], "town": "Canterbury", "postcode": "CT1 1AA", "country": "GB"}
_ALLIANCE = {
    "name": "Bench Alliance", "legal_name": "Bench Alliance Limited", "address": _ADDRESS, "endpoint": None,
    "vat_number": "GB999999973", "email": "office@alliance.example", "telephone": "",
}  # fmt: skip
_BARE = b"""
#let drops = json(bytes(sys.inputs.data))
#set document(title: "Order")
#set text(lang: "en", size: 9pt)
= Order
#for drop in drops [
  == #drop.name
  #table(
    columns: (9mm, 1fr, 27mm, 20mm, 27mm),
    table.header([Line], [Item], [Quantity], [VAT], [Net]),
    ..drop.rows.flatten(),
  )
]
"""


def rows(database: Database, owner_url: str) -> list[Row]:
    """Time and memory of each form, on an empty, migrated orders database."""
    order_id = _large_order(database, owner_url)
    found = []
    for form, name in FORMS.items():
        seconds, megabytes = _alone(make, database.url, order_id, form)
        floor, _ = _alone(_FLOORS[form], database.url, order_id, form)
        what = f"{name} of an order of {orders.SCHOOLS} drops × {LINES} lines"
        found += [_timed(what, seconds, floor), _weighed(what, megabytes)]
    return found


def make(url: str, order_id: str, form: str) -> float:
    """Seconds that a worker takes for one form, from its claim to the file kept."""
    database = Database(url)
    with database.transaction(SERVICE) as connection:
        documents.ask_for(connection, order_id, audience="supplier", form=form, root="", now=datetime.now(UTC))
    began = time.perf_counter()
    with database.transaction(SERVICE) as connection:
        claimed = documents.claim(connection, datetime.now(UTC))
    if claimed is None:
        raise RuntimeError("Somebody else makes the documents.")
    make_claimed(database, claimed, render)
    seconds = time.perf_counter() - began
    with database.transaction(SERVICE) as connection:
        states = {row.form: row.state for row in documents.list_documents(connection, order_id, "supplier")}
    if states.get(form) != "made":  # its content is not read: that would count as the maker's memory
        raise RuntimeError(f"The {form} was not made.")
    database.dispose()
    return seconds


def typst_alone(url: str, order_id: str, _: str) -> float:
    """Seconds of typst for the same words of every drop in one plain document with tags."""
    import typst

    sheets = _sheets(url, order_id)
    inputs = {"data": json.dumps([{"name": name, "rows": rows} for name, rows in sheets])}
    began = time.perf_counter()
    typst.compile(_BARE, sys_inputs=inputs, pdf_standards=["ua-1"], ignore_system_fonts=True)
    return time.perf_counter() - began


def xlsxwriter_alone(url: str, order_id: str, _: str) -> float:
    """Seconds of XlsxWriter for the same cells on the same sheets."""
    import xlsxwriter
    from python_calamine import CalamineWorkbook

    database = Database(url)
    book = CalamineWorkbook.from_filelike(io.BytesIO(_content(database, order_id, "xlsx") or b""))
    sheets = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    began = time.perf_counter()
    with xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True}) as written:
        for name, cells in sheets:
            sheet = written.add_worksheet(name)
            for at, row in enumerate(cells):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        if value:
                            sheet.write_string(at, column, value)
                    else:
                        sheet.write_number(at, column, value)
    return time.perf_counter() - began


def lxml_alone(url: str, order_id: str, _: str) -> float:
    """Seconds of lxml for building and serialising the same elements."""
    database = Database(url)
    with zipfile.ZipFile(io.BytesIO(_content(database, order_id, "xml") or b"")) as archive:
        orders_read = [_listed(etree.fromstring(archive.read(name))) for name in archive.namelist()]
    began = time.perf_counter()
    for elements in orders_read:
        built: list[etree._Element] = []
        for parent, tag, attributes, words in elements:
            node = etree.Element(tag) if parent is None else etree.SubElement(built[parent], tag, attributes)
            node.text = words
            built.append(node)
        etree.tostring(built[0], xml_declaration=True, encoding="UTF-8")
    return time.perf_counter() - began


_FLOORS: Final = {"pdf": typst_alone, "xlsx": xlsxwriter_alone, "xml": lxml_alone}


def _listed(root: etree._Element) -> list[Element]:
    """A document as lxml builds it: for each element its parent's place, its tag, attributes and words."""
    found: list[Element] = [(None, str(root.tag), {}, None)]

    def below(node: etree._Element, place: int) -> None:
        for child in node:
            attributes = {str(name): str(value) for name, value in child.attrib.items()}
            found.append((place, str(child.tag), attributes, child.text))
            below(child, len(found) - 1)

    below(root, 0)
    return found


def _sheets(url: str, order_id: str) -> list[tuple[str, list[list[str]]]]:
    """The words of every drop as the PDF has them: lines and sums."""
    from services.orders.api.order_pdf import drop_words
    from services.orders.storage.issued_orders import read_issued_order

    database = Database(url)
    with database.transaction(SERVICE) as connection:
        order = read_issued_order(connection, order_id)
    if order is None:
        raise RuntimeError("There is no such order.")
    found = []
    for drop in order.drops:
        words = drop_words(order, drop)
        sums = [["", total["name"], "", "", total["amount"]] for total in words["sums"]]
        found.append((f"{words['no']} {words['name']} {words['address']} {words['called']}", words["lines"] + sums))
    return found


def _content(database: Database, order_id: str, form: str) -> bytes | None:
    key = {"purchase_order_id": order_id, "revision": 1, "audience": "supplier", "form": form}
    with database.transaction(SERVICE) as connection:
        row = documents.find_document(connection, key)
    return None if row is None or row.content is None else bytes(row.content)


def _alone(work: Callable[[str, str, str], float], *arguments: str) -> tuple[float, float]:
    """What `work` answers in a process of its own, and the most memory in MB that it had with those that it started."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (work, arguments))


def _measured(work: Callable[[str, str, str], float], arguments: tuple[str, str, str]) -> tuple[float, float]:
    ended, most = threading.Event(), [0]

    def watch() -> None:
        while not ended.wait(_WATCHED_SECONDS):
            most[0] = max(most[0], _memory())

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        seconds = work(*arguments)
    finally:
        ended.set()
        watching.join()
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return seconds, max(most[0], own) / 2**20


def _memory() -> int:
    """Bytes that this process and those that it started have in memory now; what they share counts for each."""
    taken = 0
    own = psutil.Process()
    for process in (own, *own.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            taken += process.memory_info().rss
    return taken


def _large_order(database: Database, owner_url: str) -> str:
    """The id of an order of 591 schools, each with all 40 of its lines."""
    round_id = orders.market(database, LINES * CONTRACTS, LINES * CONTRACTS)
    engine = create_engine(owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
    close_round(database, round_id, datetime.now(UTC), closed_by="Bench")
    with database.transaction(SERVICE) as connection:
        order = connection.execute(
            text("SELECT purchase_order_id::text, supplier_id::text FROM purchase_order")
        ).first()
        if order is None:
            raise RuntimeError("The close made no order.")
        supplier = {
            "supplier_id": order.supplier_id, "name": "Bench Supplier", "email": "orders@bench.example",
            "vat_number": "GB123456782",
        }  # fmt: skip
        copies.record_suppliers(connection, [supplier])
        companies.record_alliance(connection, _ALLIANCE)
        companies.record_supplier_details(connection, [supplier])
    return str(order.purchase_order_id)


def _timed(what: str, seconds: float, floor: float) -> Row:
    return {
        "name": what,
        "figure": round(seconds, 2),
        "unit": "s",
        "floor": round(floor, 2),
        "ratio": round(seconds / floor, 2),
        "target": TIME_TARGET,
        "better": "lower",
        "met": seconds <= TIME_TARGET * floor,
    }


def _weighed(what: str, megabytes: float) -> Row:
    return {
        "name": f"{what}, memory of its maker",
        "figure": round(megabytes),
        "unit": "MB",
        "floor": None,
        "ratio": None,
        "target": MEMORY_TARGET_MB,
        "better": "lower",
        "met": megabytes <= MEMORY_TARGET_MB,
    }
