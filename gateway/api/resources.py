"""Which service owns which resource of `/api/v1`, and how large a request to it may be."""

from dataclasses import dataclass
from typing import Final

_KIB = 1024
_MIB = 1024 * _KIB


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource's service and the largest request body, in bytes, that is passed on to it."""

    service: str
    largest_body: int = 256 * _KIB


RESOURCES: Final[dict[str, Resource]] = {
    "schools": Resource("members"),
    "alliance": Resource("members"),
    "suppliers": Resource("members"),
    "people": Resource("members"),
    "imports": Resource("members", 8 * _MIB),
    "categories": Resource("catalogue"),
    "contracts": Resource("catalogue", 8 * _MIB),  # price lists
    "price-lists": Resource("catalogue"),
    "planner": Resource("catalogue"),
    "planner-feeds": Resource("catalogue"),
    "procurement-thresholds": Resource("catalogue"),
    "vat-exceptions": Resource("catalogue"),
    "offers": Resource("catalogue"),
    "rounds": Resource("orders", 2 * _MIB),  # a whole order: several thousand lines
    "order-reports": Resource("orders"),
    "drops": Resource("orders"),
    "purchase-orders": Resource("orders", 8 * _MIB),  # photos of damage, answers by file
    "order-answers": Resource("orders", 8 * _MIB),
    "despatches": Resource("orders", 8 * _MIB),  # UBL
    "claims": Resource("orders"),
    "subscription-plans": Resource("orders"),
    "subscriptions": Resource("orders"),
    "budgets": Resource("orders"),
    "supplier-invoices": Resource("billing", 4 * _MIB),  # UBL with its attachments
    "credit-claims": Resource("billing"),
    "remittances": Resource("billing"),
    "bills": Resource("billing"),
    "credit-notes": Resource("billing"),
    "bank-statements": Resource("billing", 8 * _MIB),
    "bank-lines": Resource("billing"),
    "accounts": Resource("billing"),
    "reports": Resource("billing"),
}
