"""VAT that differs from an offer's own class: for a school with its certificate, or for everybody from a day on.

A school sees those about itself and about everybody, a supplier those about its own offers.
"""

from alembic import op

from chassis.rls import protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE vat_exception (
        exception_id uuid PRIMARY KEY,
        offer_id uuid,
        category_code text REFERENCES category,
        school_urn integer,
        supplier_id uuid,
        vat_class text NOT NULL CHECK (vat_class IN ('S', 'Z', 'E', 'AE', 'O')),
        reduced boolean NOT NULL CHECK (NOT reduced OR vat_class = 'S'),
        valid_from date NOT NULL,
        valid_to date CHECK (valid_to >= valid_from),
        certificate text NOT NULL DEFAULT '',
        version integer NOT NULL DEFAULT 1,
        FOREIGN KEY (offer_id, supplier_id) REFERENCES offer (offer_id, supplier_id),
        CHECK (num_nonnulls(offer_id, category_code) = 1),
        CHECK ((offer_id IS NULL) = (supplier_id IS NULL)),
        CHECK (school_urn IS NOT NULL OR category_code IS NULL),
        CHECK (school_urn IS NULL OR certificate <> '')
    )
    """,
    "CREATE INDEX vat_exception_by_offer ON vat_exception (offer_id)",
    "CREATE INDEX vat_exception_by_school ON vat_exception (school_urn)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(
        op,
        "vat_exception",
        school="school_urn",
        school_reach="read",
        supplier="supplier_id",
        supplier_reach="read",
        alliance="write",
    )
    op.execute(
        "CREATE POLICY vat_exception_for_schools ON vat_exception FOR SELECT USING"
        " (school_urn IS NULL AND (SELECT current_setting('bursar.actor', true)) = 'school')"
    )
