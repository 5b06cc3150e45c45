"""The tables of the bank: accounts, statements, their lines, and what these are matched to."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.billing.storage.tables import metadata

_ID = Uuid(as_uuid=False)
_INSTANT = DateTime(timezone=True)

bank_account = Table(
    "bank_account",
    metadata,
    Column("bank_account_id", _ID, primary_key=True),
    Column("account", Text),
    Column("name", Text),
    Column("purpose", Text),
    Column("ledger_code", Text),
    Column("iban", Text),
    Column("sort_code", Text),
    Column("account_number", Text),
    Column("paid_into", Boolean),
    Column("version", Integer),
)

bank_statement = Table(
    "bank_statement",
    metadata,
    Column("bank_statement_id", _ID, primary_key=True),
    Column("account", Text),
    Column("sha256", LargeBinary),
    Column("from_on", Date),
    Column("to_on", Date),
    Column("lines", Integer),
    Column("imported_by", Text),
    Column("imported_at", _INSTANT),
    Column("warnings", ARRAY(Text)),
    Column("reconciled_by", Text),
    Column("reconciled_at", _INSTANT),
)

bank_line = Table(
    "bank_line",
    metadata,
    Column("bank_line_id", _ID, primary_key=True),
    Column("seq", BigInteger),
    Column("bank_statement_id", _ID),
    Column("account", Text),
    Column("booked_on", Date),
    Column("amount_pence", BigInteger),
    Column("currency", Text),
    Column("counterparty", Text),
    Column("counterparty_account", Text),
    Column("reference", Text),
    Column("fingerprint", Text),
    Column("state", Text),
    Column("explanation", Text),
)

bank_match = Table(
    "bank_match",
    metadata,
    Column("bank_match_id", _ID, primary_key=True),
    Column("bank_line_id", _ID),
    Column("kind", Text),
    Column("document_id", _ID),
    Column("document_number", Text),
    Column("amount_pence", BigInteger),
    Column("school_urn", Integer),
    Column("supplier_id", _ID),
    Column("payment_run_id", _ID),
    Column("posting_id", _ID),
    Column("posting_number", Text),
    Column("how", Text),
    Column("why", Text),
    Column("matched_by", Text),
    Column("matched_at", _INSTANT),
    Column("undone_by", Text),
    Column("undone_at", _INSTANT),
)
