"""Documents as outsiders write them: a supplier's Peppol invoice and a bank's camt.053 statement."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from xml.sax.saxutils import escape

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"


def supplier_invoice(
    order: Mapping[str, Any],
    *,
    number: str,
    quantities: Mapping[int, int] | None = None,
    issue_date: str = "2026-11-23",
) -> bytes:
    """A Peppol BIS Billing 3.0 invoice for a purchase order as the API shows it, at its prices and 20 % VAT.

    `quantities` says how many units of each order line are invoiced; without it, all that was ordered.
    """
    lines, net = [], 0
    for line in order["lines"]:
        quantity = (quantities or {}).get(line["line_no"], line["quantity"])
        line_net = _pence(quantity * Decimal(line["unit_price"]))
        net += line_net
        lines.append(_invoice_line(line, quantity, line_net))
    vat = _pence(Decimal(net) / 100 * Decimal("0.2"))
    head = f"""<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="{UBL}:Invoice-2" xmlns:cac="{UBL}:CommonAggregateComponents-2"
         xmlns:cbc="{UBL}:CommonBasicComponents-2">
  <cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
  <cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
  <cbc:ID>{escape(number)}</cbc:ID>
  <cbc:IssueDate>{issue_date}</cbc:IssueDate>
  <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
  <cbc:DocumentCurrencyCode>GBP</cbc:DocumentCurrencyCode>
  <cac:OrderReference><cbc:ID>{order["number"]}</cbc:ID></cac:OrderReference>
  {_party("AccountingSupplierParty", order["supplier_name"])}
  {_party("AccountingCustomerParty", "The alliance")}
  <cac:TaxTotal>
    {_money("TaxAmount", vat)}
    <cac:TaxSubtotal>
      {_money("TaxableAmount", net)}
      {_money("TaxAmount", vat)}
      {_vat("TaxCategory")}
    </cac:TaxSubtotal>
  </cac:TaxTotal>
  <cac:LegalMonetaryTotal>
    {_money("LineExtensionAmount", net)}
    {_money("TaxExclusiveAmount", net)}
    {_money("TaxInclusiveAmount", net + vat)}
    {_money("PayableAmount", net + vat)}
  </cac:LegalMonetaryTotal>
"""
    return (head + "".join(lines) + "</Invoice>\n").encode()


def bank_statement(
    receipts: Sequence[Mapping[str, Any]] = (),
    short: Sequence[tuple[Mapping[str, Any], int]] = (),
    payments: Sequence[Mapping[str, Any]] = (),
    *,
    number: str = "1",
    booked_on: str = "2026-11-24",
    opening_pence: int = 5_000_000,
) -> bytes:
    """A camt.053 statement: bills paid in full, bills paid some pence `short`, and supplier invoices paid."""
    entries = [(bill["gross_pence"], bill["payment_reference"], bill["school_name"]) for bill in receipts]
    entries += [(bill["gross_pence"] - less, bill["payment_reference"], bill["school_name"]) for bill, less in short]
    entries += [(-invoice["gross_pence"], invoice["our_number"], invoice["supplier_name"]) for invoice in payments]
    closing = opening_pence + sum(amount for amount, _, _ in entries)
    booked = "".join(_entry(*entry, booked_on, f"{number}-{index}") for index, entry in enumerate(entries, 1))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{CAMT}">
  <BkToCstmrStmt>
    <GrpHdr><MsgId>M-{number}</MsgId><CreDtTm>{booked_on}T23:00:00Z</CreDtTm></GrpHdr>
    <Stmt>
      <Id>S-{escape(order_of(entries, number))}</Id>
      <CreDtTm>{booked_on}T23:00:00Z</CreDtTm>
      <Acct><Id><IBAN>GB33BUKB20201555555555</IBAN></Id><Ccy>GBP</Ccy></Acct>
      {_balance("OPBD", opening_pence, booked_on)}
      {_balance("CLBD", closing, booked_on)}
      {booked}
    </Stmt>
  </BkToCstmrStmt>
</Document>
""".encode()


def order_of(entries: Sequence[tuple[int, str, str]], number: str) -> str:
    """A statement id that differs for every story: the bank's own numbering."""
    return f"{number}-{'-'.join(reference for _, reference, _ in entries[:1])}"


def _entry(amount: int, reference: str, name: str, booked_on: str, entry_id: str) -> str:
    incoming = amount > 0
    party = "Dbtr" if incoming else "Cdtr"
    return f"""
      <Ntry>
        <Amt Ccy="GBP">{abs(amount) / 100:.2f}</Amt>
        <CdtDbtInd>{"CRDT" if incoming else "DBIT"}</CdtDbtInd>
        <Sts>BOOK</Sts>
        <BookgDt><Dt>{booked_on}</Dt></BookgDt>
        <AcctSvcrRef>{escape(reference)}-{entry_id}</AcctSvcrRef>
        <BkTxCd><Prtry><Cd>BACS</Cd></Prtry></BkTxCd>
        <NtryDtls><TxDtls>
          <RltdPties><{party}><Nm>{escape(name)}</Nm></{party}></RltdPties>
          <RmtInf><Ustrd>{escape(reference)}</Ustrd></RmtInf>
        </TxDtls></NtryDtls>
      </Ntry>"""


def _balance(code: str, pence: int, on: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="GBP">{abs(pence) / 100:.2f}</Amt><CdtDbtInd>{"CRDT" if pence >= 0 else "DBIT"}</CdtDbtInd>'
        f"<Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _invoice_line(line: Mapping[str, Any], quantity: int, net: int) -> str:
    return f"""
  <cac:InvoiceLine>
    <cbc:ID>{line["line_no"]}</cbc:ID>
    <cbc:InvoicedQuantity unitCode="{line["unit"]}">{quantity}</cbc:InvoicedQuantity>
    {_money("LineExtensionAmount", net)}
    <cac:OrderLineReference><cbc:LineID>{line["line_no"]}</cbc:LineID></cac:OrderLineReference>
    <cac:Item>
      <cbc:Name>{escape(line["name"])}</cbc:Name>
      <cac:SellersItemIdentification><cbc:ID>{escape(line["sku"])}</cbc:ID></cac:SellersItemIdentification>
      {_vat("ClassifiedTaxCategory")}
    </cac:Item>
    <cac:Price><cbc:PriceAmount currencyID="GBP">{line["unit_price"]}</cbc:PriceAmount></cac:Price>
  </cac:InvoiceLine>
"""


def _party(role: str, name: str) -> str:
    return (
        f"<cac:{role}><cac:Party><cac:PartyLegalEntity><cbc:RegistrationName>{escape(name)}</cbc:RegistrationName>"
        f"</cac:PartyLegalEntity></cac:Party></cac:{role}>"
    )


def _vat(element: str) -> str:
    return (
        f"<cac:{element}><cbc:ID>S</cbc:ID><cbc:Percent>20</cbc:Percent>"
        f"<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:{element}>"
    )


def _money(element: str, pence: int) -> str:
    return f'<cbc:{element} currencyID="GBP">{pence // 100}.{pence % 100:02d}</cbc:{element}>'


def _pence(pounds: Decimal) -> int:
    return int(pounds.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) * 100)
