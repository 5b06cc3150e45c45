"""Invoices and bank statements as other programs write them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001"


@dataclass(frozen=True)
class UblLine:
    """One invoiced line; `more` goes into the line, before its item."""

    line_id: str = "1"
    quantity: str = "102"
    price: str = "10.95"
    net: str = "1116.90"
    order_line: str | None = "1"
    sku: str = "PAP-A4-80"
    vat_class: str = "S"
    rate: str = "20"
    base: str = ""
    more: str = ""

    def xml(self, currency: str, name: str = "Invoice", quantity: str = "Invoiced") -> str:
        reference = f"<cac:OrderLineReference><cbc:LineID>{self.order_line}</cbc:LineID></cac:OrderLineReference>"
        return f"""
  <cac:{name}Line>
    <cbc:ID>{self.line_id}</cbc:ID>
    <cbc:{quantity}Quantity unitCode="XBX">{self.quantity}</cbc:{quantity}Quantity>
    <cbc:LineExtensionAmount currencyID="{currency}">{self.net}</cbc:LineExtensionAmount>
    {self.more}
    {reference if self.order_line else ""}
    <cac:Item><cbc:Name>Copier paper</cbc:Name>
      <cac:SellersItemIdentification><cbc:ID>{self.sku}</cbc:ID></cac:SellersItemIdentification>
      <cac:ClassifiedTaxCategory><cbc:ID>{self.vat_class}</cbc:ID><cbc:Percent>{self.rate}</cbc:Percent>
        <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item>
    <cac:Price><cbc:PriceAmount currencyID="{currency}">{self.price}</cbc:PriceAmount>{self.base}</cac:Price>
  </cac:{name}Line>"""


@dataclass(frozen=True)
class UblInvoice:
    """A whole invoice as text, so that it can also be wrong; `more` stands at document level, before the tax total.

    The VAT is that of the first line's category, on `net`.
    """

    number: str = "INV-0042"
    order: str = "PO-000001"
    issue_date: str = "2026-11-23"
    currency: str = "GBP"
    net: str = "1116.90"
    vat: str = "223.38"
    gross: str = "1340.28"
    payable: str | None = None
    lines: Sequence[UblLine] = field(default_factory=lambda: [UblLine()])
    buyer: str = ""
    more: str = ""
    credit_note: bool = False

    def xml(self) -> bytes:
        name, quantity = ("CreditNote", "Credited") if self.credit_note else ("Invoice", "Invoiced")
        first = self.lines[0] if self.lines else UblLine()
        order = f"<cac:OrderReference><cbc:ID>{self.order}</cbc:ID></cac:OrderReference>" if self.order else ""
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<{name} xmlns="{UBL}:{name}-2" xmlns:cac="{UBL}:CommonAggregateComponents-2"
         xmlns:cbc="{UBL}:CommonBasicComponents-2">
  <cbc:ID>{self.number}</cbc:ID>
  <cbc:IssueDate>{self.issue_date}</cbc:IssueDate>
  <cbc:{name}TypeCode>{"381" if self.credit_note else "380"}</cbc:{name}TypeCode>
  <cbc:DocumentCurrencyCode>{self.currency}</cbc:DocumentCurrencyCode>
  {order}
  <cac:AccountingCustomerParty><cac:Party>{self.buyer}</cac:Party></cac:AccountingCustomerParty>
  {self.more}
  <cac:TaxTotal><cbc:TaxAmount currencyID="{self.currency}">{self.vat}</cbc:TaxAmount>
    <cac:TaxSubtotal>
      <cbc:TaxableAmount currencyID="{self.currency}">{self.net}</cbc:TaxableAmount>
      <cbc:TaxAmount currencyID="{self.currency}">{self.vat}</cbc:TaxAmount>
      <cac:TaxCategory><cbc:ID>{first.vat_class}</cbc:ID><cbc:Percent>{first.rate}</cbc:Percent>
        <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory>
    </cac:TaxSubtotal></cac:TaxTotal>
  <cac:LegalMonetaryTotal>
    <cbc:LineExtensionAmount currencyID="{self.currency}">{self.net}</cbc:LineExtensionAmount>
    <cbc:TaxExclusiveAmount currencyID="{self.currency}">{self.net}</cbc:TaxExclusiveAmount>
    <cbc:TaxInclusiveAmount currencyID="{self.currency}">{self.gross}</cbc:TaxInclusiveAmount>
    <cbc:PayableAmount currencyID="{self.currency}">{self.payable or self.gross}</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>{"".join(line.xml(self.currency, name, quantity) for line in self.lines)}
</{name}>
""".encode()


def billion_laughs(root: str = "Invoice") -> bytes:
    """An XML bomb: ten lines that would grow to gigabytes."""
    entities = "".join(f'<!ENTITY lol{level} "{f"&lol{level - 1};" * 10}">' for level in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY lol0 "lol">{entities}]><{root}>&lol9;</{root}>'.encode()


def entry(
    amount: str,
    reference: str = "",
    *,
    sign: str = "CRDT",
    on: str = "2026-11-24",
    name: str = "Ash Primary",
    currency: str = "GBP",
    bank_reference: str = "",
    status: str = "<Sts>BOOK</Sts>",
    details: str | None = None,
) -> str:
    """One camt.053 entry."""
    party = "Dbtr" if sign == "CRDT" else "Cdtr"
    plain = (
        f"<TxDtls><RltdPties><{party}><Nm>{name}</Nm></{party}></RltdPties>"
        f"<RmtInf><Ustrd>{reference}</Ustrd></RmtInf></TxDtls>"
    )
    return f"""
      <Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{status}
        <BookgDt><Dt>{on}</Dt></BookgDt><AcctSvcrRef>{bank_reference}</AcctSvcrRef>
        <NtryDtls>{plain if details is None else details}</NtryDtls></Ntry>"""


def camt(
    *entries: str,
    opening: str | None = "100.00",
    closing: str | None = None,
    version: str = "02",
    currency: str = "GBP",
    more: str = "",
    account: str = "GB33BUKB20201555555555",
) -> bytes:
    """A camt.053 file of one statement; without `closing` it states no closing balance."""
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount}</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-24</Dt></Dt></Bal>"
        for code, amount in (("OPBD", opening), ("CLBD", closing))
        if amount is not None
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{CAMT}.{version}">
  <BkToCstmrStmt>
    <GrpHdr><MsgId>1</MsgId></GrpHdr>
    <Stmt><Id>1</Id>
      <Acct><Id><IBAN>{account}</IBAN></Id></Acct>{balances}{more}{"".join(entries)}
    </Stmt>
  </BkToCstmrStmt>
</Document>
""".encode()
