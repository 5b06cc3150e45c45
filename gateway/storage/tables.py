"""The gateway's own tables: who may sign in, and who has."""

from sqlalchemy import Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

person = Table(
    "person",
    metadata,
    Column("person_id", Uuid(as_uuid=False), primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("roles", JSONB, nullable=False),
)

credential = Table(
    "credential",
    metadata,
    Column("person_id", Uuid(as_uuid=False), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("person_id", Uuid(as_uuid=False), nullable=False),
    Column("channel", Text, nullable=False),
    Column("seat", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("last_seen_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

sign_in_attempt = Table(
    "sign_in_attempt",
    metadata,
    Column("counter", Text, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
)

pending_form = Table(
    "pending_form",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("person_id", Uuid(as_uuid=False), nullable=False),
    Column("path", Text, nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

supplier = Table(
    "supplier",
    metadata,
    Column("supplier_id", Uuid(as_uuid=False), primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
)

access_link = Table(
    "access_link",
    metadata,
    Column("link_id", Uuid(as_uuid=False), primary_key=True),
    Column("token_hash", LargeBinary, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("subject_id", Uuid(as_uuid=False), nullable=False),
    Column("supplier_id", Uuid(as_uuid=False), nullable=False),
    Column("supplier_name", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Column("used_by", Text),
    Column("used_from", Text),
    Column("revoked_at", DateTime(timezone=True)),
    Column("revoked_by", Text),
)

link_session = Table(
    "link_session",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("link_id", Uuid(as_uuid=False), nullable=False),
    Column("name", Text, nullable=False),
    Column("last_seen_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

invitation = Table(
    "invitation",
    metadata,
    Column("invitation_id", Uuid(as_uuid=False), primary_key=True),
    Column("token_hash", LargeBinary, nullable=False),
    Column("person_id", Uuid(as_uuid=False), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("invited_by_id", Uuid(as_uuid=False)),
    Column("invited_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
)
