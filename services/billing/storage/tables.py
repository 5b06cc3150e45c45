"""The tables of billing's database, as the queries beside this module use them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData()

_ID = Uuid(as_uuid=False)
_PRICE = Numeric(12, 4)
_INSTANT = DateTime(timezone=True)

school = Table(
    "school",
    metadata,
    Column("urn", Integer, primary_key=True, autoincrement=False),
    Column("name", Text),
    Column("joined_on", Date),
    Column("left_on", Date),
)

buying_round = Table(
    "round",
    metadata,
    Column("round_id", _ID, primary_key=True),
    Column("number", Text),
    Column("title", Text),
    Column("closed_at", _INSTANT),
)

purchase_order = Table(
    "purchase_order",
    metadata,
    Column("purchase_order_id", _ID, primary_key=True),
    Column("number", Text),
    Column("round_id", _ID),
    Column("plan_id", _ID),
    Column("title", Text),
    Column("contract_id", _ID),
    Column("supplier_id", _ID),
    Column("issued_at", _INSTANT),
    Column("answer", Text),
    Column("settled_at", _INSTANT),
)

purchase_order_line = Table(
    "purchase_order_line",
    metadata,
    Column("purchase_order_id", _ID, primary_key=True),
    Column("line_no", Integer, primary_key=True),
    Column("supplier_id", _ID),
    Column("sku", Text),
    Column("name", Text),
    Column("unit", Text),
    Column("ledger_code", Text),
    Column("vat_class", Text),
    Column("unit_price", _PRICE),
    Column("quantity", Integer),
    Column("net_pence", BigInteger),
    Column("kind", Text),
)

drop_line = Table(
    "drop_line",
    metadata,
    Column("purchase_order_id", _ID, primary_key=True),
    Column("line_no", Integer, primary_key=True),
    Column("school_urn", Integer, primary_key=True),
    Column("supplier_id", _ID),
    Column("quantity", Integer),
    Column("net_pence", BigInteger),
    Column("received", Integer),
    Column("vat_class", Text),
    Column("vat_rate", Numeric(5, 2)),
)

supplier_invoice = Table(
    "supplier_invoice",
    metadata,
    Column("supplier_invoice_id", _ID, primary_key=True),
    Column("our_number", Text),
    Column("supplier_id", _ID),
    Column("number", Text),
    Column("folded_number", Text),
    Column("issue_date", Date),
    Column("due_date", Date),
    Column("purchase_order_id", _ID),
    Column("currency", Text),
    Column("net_pence", BigInteger),
    Column("vat_pence", BigInteger),
    Column("gross_pence", BigInteger),
    Column("paid_pence", BigInteger),
    Column("vat_accepted", Boolean),
    Column("registered_by", Text),
    Column("original", LargeBinary),
    Column("original_type", Text),
    Column("original_sha256", LargeBinary),
    Column("kind", Text),
    Column("buyer_urn", Integer),
    Column("credits", ARRAY(Text)),
    Column("rejected_why", Text),
    Column("settlement", Text),
)

supplier_invoice_line = Table(
    "supplier_invoice_line",
    metadata,
    Column("supplier_invoice_id", _ID, primary_key=True),
    Column("line_no", Integer, primary_key=True),
    Column("supplier_id", _ID),
    Column("purchase_order_id", _ID),
    Column("order_line_no", Integer),
    Column("school_urn", Integer),
    Column("name", Text),
    Column("quantity", Integer),
    Column("unit_price", _PRICE),
    Column("net_pence", BigInteger),
    Column("vat_pence", BigInteger),
    Column("vat_class", Text),
    Column("vat_rate", Numeric(5, 2)),
)

match_line = Table(
    "match_line",
    metadata,
    Column("supplier_invoice_id", _ID, primary_key=True),
    Column("line_no", Integer, primary_key=True),
    Column("school_urn", Integer, primary_key=True),
    Column("supplier_id", _ID),
    Column("purchase_order_id", _ID),
    Column("order_line_no", Integer),
    Column("quantity_ordered", Integer),
    Column("quantity_received", Integer),
    Column("quantity_invoiced", Integer),
    Column("unit_price_ordered", _PRICE),
    Column("unit_price_invoiced", _PRICE),
    Column("net_pence", BigInteger),
    Column("vat_pence", BigInteger),
    Column("reasons", ARRAY(Text)),
    Column("state", Text),
    Column("billable_quantity", Integer),
    Column("billable_net_pence", BigInteger),
    Column("billable_vat_pence", BigInteger),
    Column("accepted_reasons", ARRAY(Text)),
    Column("bill_id", _ID),
    Column("tolerated", ARRAY(Text)),
    Column("disputed", Boolean),
    Column("credit_requested", Boolean),
    *(
        Column(f"{amount}_{figure}", Integer if figure == "quantity" else BigInteger)
        for amount in ("credited", "claim", "due", "returned", "upheld")
        for figure in ("quantity", "net_pence", "vat_pence")
    ),
)

bill_line = Table(
    "bill_line",
    metadata,
    Column("bill_id", _ID, primary_key=True),
    Column("line_no", Integer, primary_key=True),
    Column("school_urn", Integer),
    Column("purchase_order_id", _ID),
    Column("purchase_order_number", Text),
    Column("order_line_no", Integer),
    Column("supplier_invoice_id", _ID),
    Column("supplier_invoice_line_no", Integer),
    Column("supplier_name", Text),
    Column("sku", Text),
    Column("name", Text),
    Column("unit", Text),
    Column("ledger_code", Text),
    Column("vat_class", Text),
    Column("vat_rate", Numeric(5, 2)),
    Column("quantity", Integer),
    Column("unit_price", _PRICE),
    Column("net_pence", BigInteger),
    Column("vat_pence", BigInteger),
)
