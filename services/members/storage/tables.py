"""The tables of the members' database."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

school = Table(
    "school",
    metadata,
    Column("urn", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("type_code", Text, nullable=False),
    Column("la_code", Text, nullable=False),
    Column("establishment_number", Text, nullable=False),
    Column("low_age", Integer),
    Column("high_age", Integer),
    Column("pupils", Integer),
    Column("pupils_on", Date),
    Column("pupils_source", Text, nullable=False),
    Column("postcode", Text, nullable=False),
    Column("town", Text, nullable=False),
    Column("joined_on", Date, nullable=False),
    Column("left_on", Date),
    Column("membership_class", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

membership = Table(
    "membership",
    metadata,
    Column("school_urn", ForeignKey("school.urn"), primary_key=True),
    Column("joined_on", Date, primary_key=True),
    Column("left_on", Date),
    Column("membership_class", Text, nullable=False),
)

pupil_count = Table(
    "pupil_count",
    metadata,
    Column("school_urn", ForeignKey("school.urn"), nullable=False),
    Column("counted_on", Date),
    Column("pupils", Integer, nullable=False),
    Column("source", Text, nullable=False),
)

site_list = Table(
    "site_list",
    metadata,
    Column("school_urn", ForeignKey("school.urn"), primary_key=True),
    Column("version", Integer, nullable=False),
)

site = Table(
    "site",
    metadata,
    Column("site_id", Uuid(as_uuid=False), primary_key=True),
    Column("school_urn", ForeignKey("site_list.school_urn"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("postcode", Text, nullable=False),
    Column("instructions", Text, nullable=False),
    Column("main", Boolean, nullable=False),
)

supplier = Table(
    "supplier",
    metadata,
    Column("supplier_id", Uuid(as_uuid=False), primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("vat_number", Text),
    Column("address", JSONB(none_as_null=True)),
    Column("endpoint", JSONB(none_as_null=True)),
    Column("company_number", Text),
    Column("telephone", Text),
    Column("school_urn", ForeignKey("school.urn")),
    Column("version", Integer, nullable=False),
)

alliance = Table(
    "alliance",
    metadata,
    Column("one", Boolean, primary_key=True),
    Column("name", Text, nullable=False),
    Column("legal_name", Text, nullable=False),
    Column("address", JSONB, nullable=False),
    Column("endpoint", JSONB(none_as_null=True)),
    Column("vat_number", Text),
    Column("email", Text, nullable=False),
    Column("telephone", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

supplier_change = Table(
    "supplier_change",
    metadata,
    Column("supplier_id", ForeignKey("supplier.supplier_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("value_before", Text),
    Column("value_after", Text),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("by_supplier", Boolean, nullable=False),
)

bank_safeguards = Table(
    "bank_safeguards",
    metadata,
    Column("one", Boolean, primary_key=True),
    Column("waiting_days", Integer, nullable=False),
    Column("trusted_after_days", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

supplier_bank_details = Table(
    "supplier_bank_details",
    metadata,
    Column("bank_details_id", Uuid(as_uuid=False), primary_key=True),
    Column("supplier_id", ForeignKey("supplier.supplier_id"), nullable=False),
    Column("account_name", Text, nullable=False),
    Column("sort_code", Text, nullable=False),
    Column("account_number", Text, nullable=False),
    Column("proposed_by_id", Uuid(as_uuid=False), nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("trusted_telephone", Text),
    Column("confirmed_by_id", Uuid(as_uuid=False)),
    Column("confirmed_by", Text),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("called_number", Text),
    Column("spoke_to", Text),
    Column("effective_on", Date),
    Column("in_force_at", DateTime(timezone=True)),
    Column("replaced_at", DateTime(timezone=True)),
    Column("stopped_by", Text),
    Column("stopped_at", DateTime(timezone=True)),
    Column("stop_reason", Text),
    Column("version", Integer, nullable=False),
)

person = Table(
    "person",
    metadata,
    Column("person_id", Uuid(as_uuid=False), primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

person_role = Table(
    "person_role",
    metadata,
    Column("person_id", ForeignKey("person.person_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("role", Text, nullable=False),
    Column("school_urn", ForeignKey("school.urn")),
    Column("supplier_id", ForeignKey("supplier.supplier_id")),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("delegated_from", ForeignKey("person.person_id")),
)

approval_limits = Table(
    "approval_limits",
    metadata,
    Column("school_urn", ForeignKey("school.urn"), primary_key=True, autoincrement=False),
    Column("limits", JSONB, nullable=False),
    Column("second_above_pence", BigInteger),
    Column("version", Integer, nullable=False),
)

directory_import = Table(
    "directory_import",
    metadata,
    Column("import_id", Uuid(as_uuid=False), primary_key=True),
    Column("layout", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("content", LargeBinary),
    Column("options", JSONB, nullable=False),
    Column("rows", JSONB, nullable=False),
    Column("not_selected", Integer, nullable=False),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_at", DateTime(timezone=True), nullable=False),
    Column("applied_by", Text),
    Column("applied_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
)
