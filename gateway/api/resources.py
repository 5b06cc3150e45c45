"""Which service owns which resource of `/api/v1`, and how large a request to it may be."""

from dataclasses import dataclass
from typing import Final

_KIB = 1024
_MIB = 1024 * _KIB


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource's service and the largest request body, in bytes, that is passed on to it.

    `for_programs`: whether suppliers' own programs reach it; who acts for a firm, and its bank account, is for people.
    """

    service: str
    largest_body: int = 256 * _KIB
    for_programs: bool = False


RESOURCES: Final[dict[str, Resource]] = {
    "schools": Resource("members", for_programs=True),
    "alliance": Resource("members"),
    "suppliers": Resource("members"),
    "people": Resource("members"),
    "imports": Resource("members", 8 * _MIB),
    "interests": Resource("members"),
    "categories": Resource("catalogue", for_programs=True),
    "contracts": Resource("catalogue", 8 * _MIB, for_programs=True),  # price lists
    "price-lists": Resource("catalogue", for_programs=True),
    "planner": Resource("catalogue"),
    "planner-feeds": Resource("catalogue"),
    "procurement-thresholds": Resource("catalogue"),
    "vat-exceptions": Resource("catalogue"),
    "offers": Resource("catalogue", for_programs=True),
    "rounds": Resource("orders", 2 * _MIB),  # a whole order: several thousand lines
    "order-reports": Resource("orders"),
    "drops": Resource("orders", for_programs=True),
    "purchase-orders": Resource("orders", 8 * _MIB, for_programs=True),  # photos of damage, answers by file
    "order-answers": Resource("orders", 8 * _MIB, for_programs=True),
    "despatches": Resource("orders", 8 * _MIB, for_programs=True),  # UBL
    "claims": Resource("orders", for_programs=True),
    "subscription-plans": Resource("orders"),
    "subscriptions": Resource("orders"),
    "budgets": Resource("orders"),
    "supplier-invoices": Resource(
        "billing", 32 * _MIB, for_programs=True
    ),  # a line for each article and school, attachments
    "credit-claims": Resource("billing"),
    "remittances": Resource("billing", for_programs=True),
    "remittance-advices": Resource("billing", for_programs=True),
    "payment-runs": Resource("billing", 1 * _MIB),
    "payment-settings": Resource("billing"),
    "export-profile": Resource("billing"),
    "ledger-exports": Resource("billing"),
    "held-invoices": Resource("billing"),
    "open-matches": Resource("billing"),
    "match-decisions": Resource("billing"),
    "received-not-invoiced": Resource("billing"),
    "awaited-receipts": Resource("billing"),
    "bills": Resource("billing"),
    "bill-disputes": Resource("billing"),
    "reference-rates": Resource("billing"),
    "credit-notes": Resource("billing"),
    "fund-years": Resource("billing", 1 * _MIB),  # a cap for each school
    "fund-contributions": Resource("billing"),
    "fund-payments": Resource("billing"),
    "bank-statements": Resource("billing", 8 * _MIB),
    "bank-lines": Resource("billing"),
    "bank-accounts": Resource("billing"),
    "bank-layouts": Resource("billing"),
    "open-items": Resource("billing"),
    "accounts": Resource("billing"),
    "reports": Resource("billing"),
    "money-reports": Resource("billing"),
    "entries": Resource("billing"),
    "periods": Resource("billing"),
    "adjustments": Resource("billing"),
    "manual-journals": Resource("billing"),
    "chart-of-accounts": Resource("billing"),
    "chart-imports": Resource("billing", 8 * _MIB),
}


def resource_of(segment: str) -> Resource | None:
    """The resource that the first segment of a path names, also as a file: `chart-of-accounts.xlsx`. None if none."""
    return RESOURCES.get(segment.partition(".")[0])
