"""What one part keeps of another's records, held against what that other part told it."""

from dataclasses import dataclass

from bursar.verify import told
from bursar.verify.told import kept, kept_sums, last_told


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that `consumer` keeps of what `producer` tells.

    `kept` reads the consumer's tables, `told` the producer's `log` as far as the consumer has applied it; both give
    (subject, facts), and the same subject must have the same facts.
    """

    consumer: str
    producer: str
    name: str
    kept: str
    told: str

    @property
    def check(self) -> str:
        """The name of the check, as breaches bear it."""
        return f"{self.consumer}.{self.name}_are_as_told_by_{self.producer}"

    @property
    def holds(self) -> str:
        """What must hold, in a sentence."""
        return f"The {self.name} that {self.consumer} keeps are as {self.producer} told of them."


def _same(consumer: str, producer: str, table: str, event_type: str, subject: str, *facts: str) -> Copy:
    """A table that repeats the members `facts` of the last event of each `subject`."""
    own = "urn" if table == "school" else subject
    return Copy(consumer, producer, f"{table}s", kept(table, own, *facts), last_told(event_type, subject, *facts))


_ORDER = ("number", "round_id", "plan_id", "title", "contract_id", "supplier_id")
_OFFER = (
    "contract_id", "supplier_id", "category_code", "category_name", "ledger_code", "sku", "name", "description",
    "unit", "pack_size", "vat_class", "tiers", "phases",
)  # fmt: skip
_PLACE = ("phase", "postcode", "town")
_STANDING = ("type_code", "membership_class", "pupils", "financial_year")
_SITE = ("name", "address", "postcode", "instructions", "main")
_COMPANY = ("email", "vat_number", "address", "endpoint", "company_number", "telephone", "school_urn")
_MEMBERSHIP = ("name", "joined_on", "left_on")
_CONTRACT = ("supplier_id", "title", "reference")
_TOLERATED = ("tolerated_basis_points", "tolerated_units", "tolerated_pence", "claim_days", "payment_days")

COPIES = (
    _same("catalogue", "members", "supplier", "SupplierRecorded", "supplier_id", "name", "school_urn"),
    _same("orders", "members", "supplier", "SupplierRecorded", "supplier_id", "name"),
    _same("billing", "members", "supplier", "SupplierRecorded", "supplier_id", "name"),
    *(
        Copy(
            part,
            "members",
            "supplier_details",
            kept("supplier_details", "supplier_id", *_COMPANY),
            last_told("SupplierRecorded", "supplier_id", *_COMPANY),
        )
        for part in ("orders", "billing")
    ),
    *(
        Copy(part, "members", "alliance_details", kept("alliance", "'alliance'", *told.ALLIANCE_FACTS), told.ALLIANCE)
        for part in ("orders", "billing")
    ),
    Copy(
        "gateway",
        "members",
        "suppliers",
        kept("supplier", "supplier_id", "name", "email"),
        last_told("SupplierRecorded", "supplier_id", "name", "email"),
    ),
    Copy(
        "billing",
        "members",
        "supplier_accounts",
        kept("supplier_account", "concat(supplier_id, '/', from_on)", *told.ACCOUNT),
        told.ACCOUNTS,
    ),
    Copy(
        "billing",
        "members",
        "changing_accounts",
        kept("supplier_account_change", "supplier_id", *told.CHANGING),
        told.CHANGING_ACCOUNTS,
    ),
    _same("orders", "members", "school", "SchoolRecorded", "urn", *_MEMBERSHIP, *_PLACE, *_STANDING),
    Copy(
        "orders",
        "members",
        "delivery_sites",
        kept("delivery_site", "site_id", "school_urn", *_SITE, where="NOT removed"),
        told.DELIVERY_SITES,
    ),
    _same("billing", "members", "school", "SchoolRecorded", "urn", *_MEMBERSHIP),
    *(
        Copy(
            part,
            "members",
            "pupil_counts",
            kept("pupil_count", "concat(school_urn, '/', counted_on)", "pupils", "source"),
            counts,
        )
        for part, counts in (("orders", told.PUPIL_READINGS), ("billing", told.PUPIL_COUNTS))
    ),
    Copy(
        "gateway",
        "members",
        "people",
        kept("person", "person_id", "name", "email", "roles"),
        last_told("PersonRecorded", "person_id", "name", "lower(btrim(body ->> 'email'))", "roles"),
    ),
    Copy(
        "orders",
        "members",
        "approval_limits",
        kept("approval_limits", "school_urn", "limits", "second_above_pence"),
        last_told("ApprovalLimitsRecorded", "school_urn", "limits", "second_above_pence"),
    ),
    _same("orders", "catalogue", "contract", "ContractRecorded", "contract_id", *_CONTRACT),
    Copy(
        "billing",
        "catalogue",
        "contracts",
        kept("contract", "contract_id", *_CONTRACT, "settlement", *_TOLERATED),
        last_told(
            "ContractRecorded", "contract_id", *_CONTRACT, "settlement", *(told.TERMS[name] for name in _TOLERATED)
        ),
    ),
    Copy(
        "orders",
        "catalogue",
        "offers",
        kept("offer", "offer_id", *_OFFER, *told.ELIGIBILITY),
        last_told("OfferPublished", "offer_id", *_OFFER, *told.ELIGIBILITY.values()),
    ),
    _same("orders", "catalogue", "vat_exception", "VatExceptionRecorded", "exception_id", *told.VAT_EXCEPTION),
    Copy("orders", "catalogue", "withdrawals", kept("offer", "offer_id", "withdrawn"), told.WITHDRAWALS),
    Copy(
        "orders",
        "billing",
        "settlements",
        kept("purchase_order", "purchase_order_id", "true", where="settled_at IS NOT NULL"),
        told.SETTLEMENTS,
    ),
    Copy(
        "orders",
        "billing",
        "bill_amounts",
        """
        SELECT bill_id::text AS subject, jsonb_build_array(number, school_urn, count(*), sum(net_pence),
            sum(vat_pence)) AS facts
        FROM bill_amount GROUP BY bill_id, number, school_urn
        """,
        told.BILL_AMOUNTS,
    ),
    Copy(
        "billing",
        "orders",
        "closed_rounds",
        kept(
            "round",
            "round_id",
            "number",
            "title",
            "extract(epoch FROM closed_at)::bigint",
            where="closed_at IS NOT NULL",
        ),
        told.CLOSED_ROUNDS,
    ),
    _same("billing", "orders", "purchase_order", "PurchaseOrderIssued", "purchase_order_id", *_ORDER),
    Copy(
        "billing",
        "orders",
        "purchase_order_lines",
        kept_sums("purchase_order_line", "purchase_order_id", *told.PRICED_LINES, "sum(unit_price)"),
        told.ORDER_LINES,
    ),
    Copy(
        "billing",
        "orders",
        "drops",
        kept_sums("drop_line", "purchase_order_id", *told.PRICED_LINES, told.WEIGHED_UNITS),
        told.DROPS,
    ),
    Copy(
        "billing",
        "orders",
        "vat_of_drops",
        kept_sums(
            "(SELECT *, vat_class = 'S' AND vat_rate < 10 AS reduced FROM drop_line) carried",
            "purchase_order_id",
            *told.VAT_WEIGHTS,
        ),
        told.DROPS_VAT,
    ),
    Copy(
        "billing",
        "orders",
        "answers",
        kept("purchase_order", "purchase_order_id", "answer", where="answer IS NOT NULL"),
        last_told("PurchaseOrderAcknowledged", "purchase_order_id", "answer"),
    ),
    Copy(
        "billing",
        "orders",
        "receipts",
        kept_sums("receipt_line", "purchase_order_id", *told.RECEIVED_LINES),
        told.RECEIPTS,
    ),
)
