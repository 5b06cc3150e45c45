"""A supplier's invoice for 591 drops of 40 lines, 23,640 lines of Peppol XML, read and matched beside its floor.

The floor is what nothing could do without: parsing that XML with lxml, and putting its lines into a table by COPY. What
is measured is everything between the bytes and the match, in process: the rules of EN 16931, the original kept, every
line stored, posted and matched with what each school ordered and received.
"""

import statistics
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from lxml import etree
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from services.billing.storage import directory
from services.billing.usecases import follow_orders, register_invoice

SCHOOLS = 591
LINES = 40
FIRST_URN = 100001
TARGET = 5
REPEATS = 3
UBL = "urn:oasis:names:specification:ubl:schema:xsd"

Row = dict[str, Any]

_COLUMNS = (
    "supplier_invoice_id uuid, line_no integer, supplier_id uuid, purchase_order_id uuid, order_line_no integer,"
    " school_urn integer, name text, quantity integer, unit_price numeric(12, 4), net_pence bigint, vat_pence bigint,"
    " vat_class text, vat_rate numeric(5, 2), PRIMARY KEY (supplier_invoice_id, line_no)"
)


def rows(database: Database, owner_url: str) -> list[Row]:
    """The row of the large invoice, on an empty, migrated billing database."""
    taken: list[tuple[float, float]] = []
    for number in range(1, REPEATS + 1):
        supplier, document = market(database, owner_url, number)
        floor = _floor(owner_url, document)
        began = time.perf_counter()
        view = register_invoice.register_ubl(database, supplier, document)
        taken.append((time.perf_counter() - began, floor))
        if view.counts["match_count"] != SCHOOLS * LINES or view.head.state != "matched":
            raise RuntimeError(f"{view.counts} {view.head.state}")
    seconds, floor = (statistics.median(times) for times in zip(*taken, strict=True))
    return [
        {
            "name": f"read and match an invoice of {SCHOOLS * LINES:,} lines, {len(document) / 2**20:.0f} MB of XML",
            "figure": round(seconds, 2),
            "unit": "s",
            "floor": round(floor, 2),
            "ratio": round(seconds / floor, 2),
            "target": TARGET,
            "better": "lower",
            "met": seconds / floor <= TARGET,
        }
    ]


def market(database: Database, owner_url: str, number: int) -> tuple[Actor, bytes]:
    """A purchase order that every school has received in full; who delivered it, and its invoice."""
    supplier_id = str(uuid5(NAMESPACE_URL, "supplier"))
    order_id, order_number = str(uuid4()), f"PO-{number:06d}"
    now = datetime.now(UTC).isoformat()
    prices = [Decimal(f"{line % 30 + 1}.{line * 37 % 100:02d}") for line in range(1, LINES + 1)]
    issued = {
        "purchase_order_id": order_id,
        "number": order_number,
        "round_id": str(uuid5(NAMESPACE_URL, "round")),
        "round_number": "R-0001",
        "round_title": "Bench",
        "contract_id": str(uuid5(NAMESPACE_URL, "contract")),
        "supplier_id": supplier_id,
        "issued_at": now,
        "lines": [_order_line(line, price) for line, price in enumerate(prices, 1)],
    }
    with database.transaction(SERVICE) as connection:
        directory.record_suppliers(connection, [{"supplier_id": supplier_id, "name": "Fenwright Paper"}])
        directory.record_schools(connection, [_school(urn) for urn in range(FIRST_URN, FIRST_URN + SCHOOLS)])
        follow_orders.record_orders(connection, [issued])
        follow_orders.record_drops(connection, [_drop(order_id, urn, prices) for urn in _urns()])
        follow_orders.record_answers(connection, [{"purchase_order_id": order_id, "answer": "accepted"}])
        follow_orders.record_receipts(connection, [_receipt(order_id, urn, now) for urn in _urns()])
    engine = create_engine(owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM (ANALYZE)"))  # what autovacuum does within a minute
    supplier = Actor("supplier", str(uuid4()), "Bench", frozenset({"supplier_user"}), supplier_id=supplier_id)
    return supplier, invoice_xml(f"INV-{number}", order_number, prices)


def invoice_xml(number: str, order_number: str, prices: list[Decimal]) -> bytes:
    """The invoice as a supplier's program writes it: a line for each school and order line, named by its URN."""
    lines: list[str] = []
    net = Decimal(0)
    for urn in _urns():
        for line, price in enumerate(prices, 1):
            quantity = _quantity(urn, line)
            net += quantity * price
            lines.append(_invoice_line(len(lines) + 1, urn, line, quantity, price))
    vat = (net * 20 / 100).quantize(Decimal("0.01"))
    money = 'currencyID="GBP"'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="{UBL}:Invoice-2" xmlns:cac="{UBL}:CommonAggregateComponents-2"
         xmlns:cbc="{UBL}:CommonBasicComponents-2">
  <cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
  <cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
  <cbc:ID>{number}</cbc:ID>
  <cbc:IssueDate>{date(2026, 11, 23)}</cbc:IssueDate>
  <cbc:DueDate>{date(2026, 12, 23)}</cbc:DueDate>
  <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
  <cbc:DocumentCurrencyCode>GBP</cbc:DocumentCurrencyCode>
  <cac:OrderReference><cbc:ID>{order_number}</cbc:ID></cac:OrderReference>
  <cac:AccountingSupplierParty><cac:Party>
    <cbc:EndpointID schemeID="0088">7300010000001</cbc:EndpointID>
    <cac:PostalAddress><cac:Country><cbc:IdentificationCode>GB</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
    <cac:PartyTaxScheme><cbc:CompanyID>GB123456782</cbc:CompanyID>
      <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
    <cac:PartyLegalEntity><cbc:RegistrationName>Fenwright Paper Ltd</cbc:RegistrationName></cac:PartyLegalEntity>
  </cac:Party></cac:AccountingSupplierParty>
  <cac:AccountingCustomerParty><cac:Party>
    <cbc:EndpointID schemeID="0088">5060012345675</cbc:EndpointID>
    <cac:PostalAddress><cac:Country><cbc:IdentificationCode>GB</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
    <cac:PartyLegalEntity><cbc:RegistrationName>School Alliance</cbc:RegistrationName></cac:PartyLegalEntity>
  </cac:Party></cac:AccountingCustomerParty>
  <cac:TaxTotal><cbc:TaxAmount {money}>{vat}</cbc:TaxAmount>
    <cac:TaxSubtotal><cbc:TaxableAmount {money}>{net}</cbc:TaxableAmount><cbc:TaxAmount {money}>{vat}</cbc:TaxAmount>
      <cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent>
        <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
  <cac:LegalMonetaryTotal>
    <cbc:LineExtensionAmount {money}>{net}</cbc:LineExtensionAmount>
    <cbc:TaxExclusiveAmount {money}>{net}</cbc:TaxExclusiveAmount>
    <cbc:TaxInclusiveAmount {money}>{net + vat}</cbc:TaxInclusiveAmount>
    <cbc:PayableAmount {money}>{net + vat}</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>{"".join(lines)}
</Invoice>
""".encode()


def _invoice_line(number: int, urn: int, line: int, quantity: int, price: Decimal) -> str:
    return f"""
  <cac:InvoiceLine>
    <cbc:ID>{number}</cbc:ID>
    <cbc:InvoicedQuantity unitCode="XBX">{quantity}</cbc:InvoicedQuantity>
    <cbc:LineExtensionAmount currencyID="GBP">{quantity * price}</cbc:LineExtensionAmount>
    <cbc:AccountingCost>URN {urn}</cbc:AccountingCost>
    <cac:OrderLineReference><cbc:LineID>{line}</cbc:LineID></cac:OrderLineReference>
    <cac:Item>
      <cbc:Description>Article {line} as it stands in the contract, delivered in full boxes</cbc:Description>
      <cbc:Name>Article {line}</cbc:Name>
      <cac:SellersItemIdentification><cbc:ID>SKU-{line:04d}</cbc:ID></cac:SellersItemIdentification>
      <cac:ClassifiedTaxCategory>
        <cbc:ID>S</cbc:ID>
        <cbc:Percent>20</cbc:Percent>
        <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
      </cac:ClassifiedTaxCategory>
    </cac:Item>
    <cac:Price><cbc:PriceAmount currencyID="GBP">{price}</cbc:PriceAmount></cac:Price>
  </cac:InvoiceLine>"""


def _floor(owner_url: str, document: bytes) -> float:
    """Seconds of parsing the XML with lxml alone and putting its lines into an empty table by COPY."""
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE bench_lines ({_COLUMNS})"))
    invoice_id, supplier_id, order_id = str(uuid4()), str(uuid4()), str(uuid4())
    places = enumerate(((urn, line) for urn in _urns() for line in range(1, LINES + 1)), 1)
    price = Decimal("10.95")
    lines = [
        (invoice_id, number, supplier_id, order_id, line, urn, f"Article {line}", 3, price, 3285, 657, "S", 20)
        for number, (urn, line) in places
    ]
    try:
        began = time.perf_counter()
        etree.fromstring(document)
        with engine.begin() as connection:
            cursor = connection.connection.cursor()
            with cursor.copy("COPY bench_lines FROM STDIN") as copy:
                for row in lines:
                    copy.write_row(row)
        return time.perf_counter() - began
    finally:
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE bench_lines"))


def _urns() -> range:
    return range(FIRST_URN, FIRST_URN + SCHOOLS)


def _quantity(urn: int, line: int) -> int:
    return (urn + line) % 7 + 1


def _school(urn: int) -> Row:
    return {"urn": urn, "name": f"School {urn}", "joined_on": "2024-09-01", "left_on": None}


def _order_line(line: int, price: Decimal) -> Row:
    quantity = sum(_quantity(urn, line) for urn in _urns())
    return {
        "line_no": line,
        "sku": f"SKU-{line:04d}",
        "name": f"Article {line}",
        "unit": "XBX",
        "category_code": "stationery",
        "ledger_code": "E19",
        "vat_class": "S",
        "unit_price": str(price),
        "quantity": quantity,
        "net_pence": int(quantity * price * 100),
    }


def _drop(order_id: str, urn: int, prices: list[Decimal]) -> Row:
    lines = [
        {"line_no": line, "quantity": _quantity(urn, line), "net_pence": int(_quantity(urn, line) * price * 100)}
        for line, price in enumerate(prices, 1)
    ]
    return {"purchase_order_id": order_id, "school_urn": urn, "lines": lines}


def _receipt(order_id: str, urn: int, now: str) -> Row:
    lines = [{"line_no": line, "quantity_received": _quantity(urn, line)} for line in range(1, LINES + 1)]
    return {
        "receipt_id": str(uuid5(NAMESPACE_URL, f"{order_id} {urn}")),
        "purchase_order_id": order_id,
        "school_urn": urn,
        "recorded_at": now,
        "lines": lines,
    }
