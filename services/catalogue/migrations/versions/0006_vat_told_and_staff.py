"""VAT exceptions are told to the other parts and can be withdrawn; schools supply their staff.

Exceptions that are there already are told now.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE vat_exception ADD withdrawn boolean NOT NULL DEFAULT false",
    "ALTER TABLE supplier ADD school_urn integer",
    "ALTER TABLE offer ADD staff text CHECK (staff IN ('teaching', 'other'))",
    """
    INSERT INTO event_log (type, version, key, body)
    SELECT 'VatExceptionRecorded', 1, 'vat_exception:' || exception_id, jsonb_build_object(
        'exception_id', exception_id, 'offer_id', offer_id, 'category_code', category_code, 'school_urn', school_urn,
        'vat_class', vat_class, 'reduced', reduced, 'valid_from', valid_from, 'valid_to', valid_to,
        'certificate', certificate, 'withdrawn', withdrawn)
    FROM vat_exception ORDER BY exception_id
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
