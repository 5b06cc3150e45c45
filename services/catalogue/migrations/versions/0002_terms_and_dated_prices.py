"""Contracts get their terms and charges; offers a minimum, an alone price, eligibility and dated prices.

A tier belongs to the day from which it holds. `offer.prices_from` names the day whose tiers are published; earlier
ones are history, later ones wait. Tiers that were there before hold from the first day of their contract.
"""

from alembic import op

from chassis.rls import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    ALTER TABLE contract
        ADD COLUMN notice_on date CHECK (notice_on <= ends_on),
        ADD COLUMN minimum_order_pence bigint CHECK (minimum_order_pence > 0),
        ADD COLUMN small_order_fee_pence bigint CHECK (small_order_fee_pence > 0),
        ADD COLUMN small_order_fee_share_by text NOT NULL DEFAULT 'value'
            CHECK (small_order_fee_share_by IN ('value', 'units', 'equal', 'pupils')),
        ADD COLUMN fairness text NOT NULL DEFAULT 'pro_rata' CHECK (fairness IN ('pro_rata', 'equal', 'priority')),
        ADD COLUMN tolerated_basis_points integer NOT NULL DEFAULT 0 CHECK (tolerated_basis_points >= 0),
        ADD COLUMN tolerated_units integer NOT NULL DEFAULT 0 CHECK (tolerated_units >= 0),
        ADD COLUMN tolerated_pence integer NOT NULL DEFAULT 0 CHECK (tolerated_pence >= 0),
        ADD COLUMN claim_days integer NOT NULL DEFAULT 5 CHECK (claim_days >= 0),
        ADD COLUMN lead_urn integer,
        ADD COLUMN annual_value_pence bigint CHECK (annual_value_pence > 0),
        ADD COLUMN value_vat_class text NOT NULL DEFAULT 'S',
        ADD COLUMN procurement text NOT NULL DEFAULT 'goods_services'
            CHECK (procurement IN ('goods_services', 'light_touch', 'works')),
        ADD COLUMN procurement_began_on date CHECK (procurement_began_on <= starts_on),
        ADD CHECK (small_order_fee_pence IS NULL OR minimum_order_pence IS NOT NULL)
    """,
    """
    CREATE TABLE contract_charge (
        contract_id uuid NOT NULL,
        position integer NOT NULL,
        supplier_id uuid NOT NULL,
        code text NOT NULL CHECK (code <> ''),
        name text NOT NULL CHECK (name <> ''),
        kind text NOT NULL CHECK (kind IN ('delivery', 'fixed')),
        amount_pence bigint NOT NULL CHECK (amount_pence > 0),
        share_by text NOT NULL CHECK (share_by IN ('value', 'units', 'equal', 'pupils')),
        free_from_pence bigint CHECK (free_from_pence IS NULL OR (free_from_pence > 0 AND kind = 'delivery')),
        vat_class text NOT NULL,
        PRIMARY KEY (contract_id, position),
        FOREIGN KEY (contract_id, supplier_id) REFERENCES contract (contract_id, supplier_id)
            ON UPDATE CASCADE
    )
    """,
    "CREATE UNIQUE INDEX contract_charge_by_code ON contract_charge (contract_id, lower(code))",
    """
    ALTER TABLE offer
        ADD COLUMN minimum_quantity integer NOT NULL DEFAULT 1 CHECK (minimum_quantity >= 1),
        ADD COLUMN alone_price numeric(12, 4) CHECK (alone_price > 0),
        ADD COLUMN eligible_types text[] NOT NULL DEFAULT '{}',
        ADD COLUMN eligible_classes text[] NOT NULL DEFAULT '{}',
        ADD COLUMN eligible_urns integer[] NOT NULL DEFAULT '{}',
        ADD COLUMN prices_from date
    """,
    "ALTER TABLE offer_tier ADD COLUMN valid_from date",
    """
    UPDATE offer SET prices_from = contract.starts_on FROM contract WHERE contract.contract_id = offer.contract_id
    """,
    """
    UPDATE offer_tier SET valid_from = offer.prices_from FROM offer WHERE offer.offer_id = offer_tier.offer_id
    """,
    "ALTER TABLE offer ALTER COLUMN prices_from SET NOT NULL",
    "ALTER TABLE offer_tier DROP CONSTRAINT offer_tier_pkey, ADD PRIMARY KEY (offer_id, valid_from, from_quantity)",
    "CREATE INDEX offer_tier_by_day ON offer_tier (valid_from)",
    "CREATE INDEX offer_by_name ON offer (lower(name), offer_id)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    protect(op, "contract_charge", supplier="supplier_id", supplier_reach="read", alliance="write")
    op.execute(
        "CREATE POLICY contract_charge_for_schools ON contract_charge FOR SELECT"
        " USING ((SELECT current_setting('bursar.actor', true)) = 'school')"
    )
