"""Accounts for VAT that the alliance accounts for under the reverse charge: due to HMRC, and back from it."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        INSERT INTO account (code, name, kind) VALUES
            ('1400', 'Reverse charge, input VAT', 'asset'),
            ('2200', 'Reverse charge, output VAT', 'liability')
        ON CONFLICT DO NOTHING
        """
    )


def downgrade() -> None:
    raise NotImplementedError("Bursar's histories only go forward")
