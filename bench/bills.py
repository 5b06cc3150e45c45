"""Issuing 24,000 bills of 40 lines beside COPY of the same rows, and a bill's PDF beside typst's bare time.

The floor of issuing copies the very rows that it wrote (bills, lines, entries with their lines) into tables of the same
shape with the same indexes. What is measured is the whole use case in one transaction: what is billable found and
numbered, the bills and their lines written, the matches moved, the ledger posted and every bill published.
"""

import io
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import IO, Any, Final

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from chassis.actor import Actor
from chassis.database import Database
from contracts.money import pounds
from services.billing.api.bill_pdf import bill_pdf
from services.billing.domain.bill_document import BillDocument, BillLine, Party, PayInto
from services.billing.usecases.issue_bills import issue_bills

BILLS: Final = 24_000
LINES: Final = 40
FIRST_URN: Final = 100_001
ISSUE_TARGET: Final = 4
PDF_TARGET: Final = 3
REPEATS: Final = 7
ROUND: Final = "00000000-0000-4000-8000-0000000000b1"
TABLES: Final = ("bill", "bill_line", "entry", "entry_line")

Row = dict[str, Any]

_IDS: Final = {
    "round": ROUND,
    "supplier": "00000000-0000-4000-8000-0000000000b2",
    "contract": "00000000-0000-4000-8000-0000000000b3",
    "order": "00000000-0000-4000-8000-0000000000b4",
    "invoice": "00000000-0000-4000-8000-0000000000b5",
}
_MARKET: Final = (
    """
    INSERT INTO school (urn, name, joined_on) SELECT urn, 'School ' || urn, '2024-09-01'
    FROM generate_series(:first, :first + :bills - 1) AS urn
    """,
    "INSERT INTO supplier (supplier_id, name) VALUES (:supplier, 'Fenwright Paper')",
    """
    INSERT INTO contract (contract_id, supplier_id, title, reference, settlement)
    VALUES (:contract, :supplier, 'Paper', 'C-1', 'recharge')
    """,
    "INSERT INTO round (round_id, number, title) VALUES (:round, 'R-0001', 'Bench')",
    """
    INSERT INTO purchase_order (purchase_order_id, number, round_id, contract_id, supplier_id, issued_at, answer)
    VALUES (:order, 'PO-000001', :round, :contract, :supplier, now(), 'accepted')
    """,
    """
    INSERT INTO purchase_order_line (purchase_order_id, line_no, supplier_id, sku, name, unit, ledger_code, vat_class,
        unit_price, quantity, net_pence, kind, category_code)
    SELECT :order, line, :supplier, 'SKU-' || line, 'Article ' || line, 'XBX', 'E19', 'S', line % 30 + 1, 3 * :bills,
        300 * (line % 30 + 1) * :bills, 'goods', 'stationery' FROM generate_series(1, :lines) AS line
    """,
    """
    INSERT INTO drop_line (purchase_order_id, line_no, school_urn, supplier_id, quantity, net_pence, received,
        vat_class, vat_rate)
    SELECT :order, line, urn, :supplier, 3, 300 * (line % 30 + 1), 3, 'S', 20
    FROM generate_series(1, :lines) AS line, generate_series(:first, :first + :bills - 1) AS urn
    """,
    """
    INSERT INTO supplier_invoice (supplier_invoice_id, our_number, supplier_id, number, folded_number, issue_date,
        purchase_order_id, currency, net_pence, vat_pence, gross_pence, vat_accepted, registered_by, original,
        original_type, original_sha256, kind, settlement)
    VALUES (:invoice, 'SI-000001', :supplier, 'INV-1', 'INV-1', current_date, :order, 'GBP', 0, 0, 0, true, 'Bench', '',
        'application/json', '', 'invoice', 'recharge')
    """,
    """
    INSERT INTO supplier_invoice_line (supplier_invoice_id, line_no, supplier_id, purchase_order_id, order_line_no,
        name, quantity, unit_price, net_pence, vat_pence, vat_class, vat_rate)
    SELECT :invoice, line, :supplier, :order, line, 'Article ' || line, 3 * :bills, line % 30 + 1,
        300 * (line % 30 + 1) * :bills, 60 * (line % 30 + 1) * :bills, 'S', 20 FROM generate_series(1, :lines) AS line
    """,
    """
    INSERT INTO match_line (supplier_invoice_id, line_no, school_urn, supplier_id, purchase_order_id, order_line_no,
        quantity_ordered, quantity_received, quantity_invoiced, unit_price_ordered, unit_price_invoiced, net_pence,
        vat_pence, reasons, state, billable_quantity, billable_net_pence, billable_vat_pence)
    SELECT :invoice, line, urn, :supplier, :order, line, 3, 3, 3, line % 30 + 1, line % 30 + 1,
        300 * (line % 30 + 1), 60 * (line % 30 + 1), '{}', 'billable', 3, 300 * (line % 30 + 1), 60 * (line % 30 + 1)
    FROM generate_series(1, :lines) AS line, generate_series(:first, :first + :bills - 1) AS urn
    """,
)
_BARE: Final = b"""
#let data = json(bytes(sys.inputs.data))
#set document(title: "Bill")
#set text(lang: "en", size: 9pt)
= Bill
#data.words.join(linebreak())
#table(
  columns: (auto, 1fr, auto, auto, auto, auto),
  table.header([Line], [Item], [Quantity], [Price], [VAT], [Net]),
  ..data.rows.flatten(),
)
"""


def rows(database: Database, owner_url: str, bills: int = BILLS) -> list[Row]:
    """The rows of issuing and of a bill's PDF, on an empty, migrated billing database."""
    return [issuing(database, owner_url, bills), printing()]


def issuing(database: Database, owner_url: str, bills: int) -> Row:
    """Seconds for issuing so many bills, and for copying the same rows."""
    engine = create_engine(owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in _MARKET:
            connection.execute(text(statement), {**_IDS, "first": FIRST_URN, "bills": bills, "lines": LINES})
        connection.execute(text("VACUUM (ANALYZE)"))  # what autovacuum does within a minute
    manager = Actor("alliance", _IDS["round"], "Bench", frozenset({"alliance_manager"}))
    began = time.perf_counter()
    issued = issue_bills(database, manager, ROUND)
    seconds = time.perf_counter() - began
    if len(issued.bills) != bills:
        raise RuntimeError(f"{len(issued.bills)} bills were issued.")
    with engine.connect() as connection:
        floor = _floor(connection, bills)
    return _row(f"issue {bills:,} bills of {LINES} lines", seconds, floor, ISSUE_TARGET)


def printing() -> Row:
    """Seconds for a bill of 40 lines as it is sent, and for typst alone with the same words."""
    bill = _bill()
    taken, bare = [], []
    for _ in range(REPEATS):
        taken.append(_timed(lambda: bill_pdf(bill)))
        bare.append(_timed(lambda: _typst_alone(bill)))
    return _row(f"a bill of {LINES} lines as PDF", statistics.median(taken), statistics.median(bare), PDF_TARGET)


def _floor(connection: Connection, bills: int) -> float:
    """Seconds of copying the rows that were issued into tables of the same shape."""
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("A connection has its driver.")
    seconds = 0.0
    for table in TABLES:
        connection.execute(text(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)"))
        with tempfile.TemporaryFile() as file, driver.cursor() as cursor:
            with cursor.copy(f"COPY {table} TO STDOUT") as copied:
                for block in copied:
                    file.write(block)
            file.seek(0)
            began = time.perf_counter()
            with cursor.copy(f"COPY bench_{table} FROM STDIN") as copy:
                for block in _blocks(file):
                    copy.write(block)
            seconds += time.perf_counter() - began
        wanted = {"bill": bills, "bill_line": bills * LINES, "entry": bills, "entry_line": 3 * bills}[table]
        if connection.execute(text(f"SELECT count(*) FROM bench_{table}")).scalar_one() != wanted:
            raise RuntimeError(f"There are not {wanted} rows in {table}.")
        connection.execute(text(f"DROP TABLE bench_{table}"))
    return seconds


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(io.DEFAULT_BUFFER_SIZE * 32):
        yield block


def _bill() -> BillDocument:
    alliance = Party("Bench Alliance", "Bench Alliance Limited", ("1 High Street",), "Canterbury", "CT1 1AA")
    lines = tuple(
        BillLine(
            line,
            f"Article {line} as it stands in the contract",
            f"SKU-{line:04d}",
            "XBX",
            line % 7 + 1,
            Decimal("10.95"),
            1095 * (line % 7 + 1),
            219 * (line % 7 + 1),
            "S",
            Decimal("20.00"),
            "PO-000001",
            "Fenwright Paper",
            "E19",
        )
        for line in range(1, LINES + 1)
    )
    return BillDocument(
        kind="bill",
        number="B-000001",
        title="Autumn stationery",
        issue_date=date(2026, 11, 30),
        due_date=date(2026, 12, 30),
        seller=alliance,
        buyer=Party("Bench School", "Bench School", (), "Canterbury", "CT1 1AA", urn=FIRST_URN),
        lines=lines,
        payment_reference=f"B-000001/{FIRST_URN}",
        pay_into=PayInto("Bench Alliance", "204567", "12345678"),
    )


def _typst_alone(bill: BillDocument) -> None:
    import typst

    words = [bill.seller.name, bill.buyer.name, bill.number, bill.payment_reference, pounds(bill.gross_pence)]
    cells = [
        [
            str(line.line_no),
            f"{line.name} {line.sku} {line.order_number} {line.supplier_name} {line.ledger_code}",
            str(line.quantity),
            str(line.unit_price),
            f"{line.vat_rate} %",
            pounds(line.net_pence),
        ]
        for line in bill.lines
    ]
    inputs = {"data": json.dumps({"words": words, "rows": cells})}
    typst.compile(_BARE, sys_inputs=inputs, pdf_standards=["ua-1"], ignore_system_fonts=True)


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _row(name: str, seconds: float, floor: float, target: int) -> Row:
    return {
        "name": name,
        "figure": round(seconds, 3),
        "unit": "s",
        "floor": round(floor, 3),
        "ratio": round(seconds / floor, 2),
        "target": target,
        "better": "lower",
        "met": seconds <= target * floor,
    }
