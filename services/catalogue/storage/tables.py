"""The tables of the catalogue's database."""

from sqlalchemy import ARRAY, Column, Date, ForeignKey, Integer, MetaData, Numeric, Table, Text, Uuid

metadata = MetaData()

supplier = Table(
    "supplier",
    metadata,
    Column("supplier_id", Uuid(as_uuid=False), primary_key=True),
    Column("name", Text, nullable=False),
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
    Column("version", Integer, nullable=False),
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
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

offer_tier = Table(
    "offer_tier",
    metadata,
    Column("offer_id", ForeignKey("offer.offer_id"), primary_key=True),
    Column("from_quantity", Integer, primary_key=True),
    Column("supplier_id", Uuid(as_uuid=False), nullable=False),
    Column("unit_price", Numeric(12, 4), nullable=False),
)
