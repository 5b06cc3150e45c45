"""VAT belongs to article, school and day: the exceptions as the catalogue tells them, and what each drop line carries.

A school sees the exceptions about itself and about everybody. Which supplier is a school is known to everybody: a
school does not order from itself.
"""

from alembic import op

from chassis.rls import protect

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE vat_exception (
        exception_id uuid PRIMARY KEY,
        offer_id uuid,
        category_code text,
        school_urn integer,
        vat_class text NOT NULL,
        reduced boolean NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        certificate text NOT NULL,
        withdrawn boolean NOT NULL
    )
    """,
    "CREATE INDEX vat_exception_by_school ON vat_exception (school_urn)",
    """
    ALTER TABLE drop_line
        ADD vat_class text,
        ADD vat_reduced boolean NOT NULL DEFAULT false,
        ADD vat_certificate text NOT NULL DEFAULT ''
    """,
    """
    UPDATE drop_line d SET vat_class = coalesce(l.vat_class, f.vat_class)
    FROM purchase_order_line l LEFT JOIN round_offer f USING (round_id, offer_id)
    WHERE l.purchase_order_id = d.purchase_order_id AND l.line_no = d.line_no
    """,
    """
    ALTER TABLE drop_line
        ALTER vat_class SET NOT NULL,
        ADD CHECK (vat_class IN ('S', 'Z', 'E', 'AE', 'O')),
        ADD CHECK (NOT vat_reduced OR vat_class = 'S')
    """,
    "ALTER TABLE supplier ADD school_urn integer",
    "UPDATE supplier s SET school_urn = d.school_urn FROM supplier_details d WHERE d.supplier_id = s.supplier_id",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "vat_exception", school="school_urn", school_reach="read", alliance="read")
    op.execute(
        "CREATE POLICY vat_exception_for_everybody ON vat_exception FOR SELECT USING"
        " (school_urn IS NULL AND (SELECT current_setting('bursar.actor', true)) = 'school')"
    )


def downgrade() -> None:
    raise NotImplementedError("Restore a backup instead: documents that were issued cannot be taken back.")
