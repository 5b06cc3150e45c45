"""The tables of the catalogue's database."""

from sqlalchemy import ARRAY, BigInteger, Column, Date, ForeignKey, Integer, MetaData, Numeric, Table, Text, Uuid

metadata = MetaData()

supplier = Table(
    "supplier",
    metadata,
    Column("supplier_id", Uuid(as_uuid=False), primary_key=True),
    Column("name", Text, nullable=False),
    Column("school_urn", Integer),
)

category = Table(
    "category",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("cpv", Text, nullable=False),
    Column("ledger_code", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

contract = Table(
    "contract",
    metadata,
    Column("contract_id", Uuid(as_uuid=False), primary_key=True),
    Column("supplier_id", ForeignKey("supplier.supplier_id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("category_code", ForeignKey("category.code"), nullable=False),
    Column("settlement", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("notice_on", Date),
    Column("minimum_order_pence", BigInteger),
    Column("small_order_fee_pence", BigInteger),
    Column("small_order_fee_share_by", Text, nullable=False),
    Column("fairness", Text, nullable=False),
    Column("tolerated_basis_points", Integer, nullable=False),
    Column("tolerated_units", Integer, nullable=False),
    Column("tolerated_pence", Integer, nullable=False),
    Column("claim_days", Integer, nullable=False),
    Column("payment_days", Integer, nullable=False),
    Column("lead_urn", Integer),
    Column("annual_value_pence", BigInteger),
    Column("value_vat_class", Text, nullable=False),
    Column("procurement", Text, nullable=False),
    Column("procurement_began_on", Date),
    Column("version", Integer, nullable=False),
)

contract_charge = Table(
    "contract_charge",
    metadata,
    Column("contract_id", ForeignKey("contract.contract_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("supplier_id", Uuid(as_uuid=False), nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("amount_pence", BigInteger, nullable=False),
    Column("share_by", Text, nullable=False),
    Column("free_from_pence", BigInteger),
    Column("vat_class", Text, nullable=False),
)

offer = Table(
    "offer",
    metadata,
    Column("offer_id", Uuid(as_uuid=False), primary_key=True),
    Column("contract_id", ForeignKey("contract.contract_id"), nullable=False),
    Column("supplier_id", Uuid(as_uuid=False), nullable=False),
    Column("category_code", ForeignKey("category.code"), nullable=False),
    Column("sku", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("pack_size", Integer, nullable=False),
    Column("vat_class", Text, nullable=False),
    Column("phases", ARRAY(Text), nullable=False),
    Column("minimum_quantity", Integer, nullable=False),
    Column("alone_price", Numeric(12, 4)),
    Column("eligible_types", ARRAY(Text), nullable=False),
    Column("eligible_classes", ARRAY(Text), nullable=False),
    Column("eligible_urns", ARRAY(Integer), nullable=False),
    Column("prices_from", Date, nullable=False),
    Column("staff", Text),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

offer_tier = Table(
    "offer_tier",
    metadata,
    Column("offer_id", ForeignKey("offer.offer_id"), primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("from_quantity", Integer, primary_key=True),
    Column("supplier_id", Uuid(as_uuid=False), nullable=False),
    Column("unit_price", Numeric(12, 4), nullable=False),
)
