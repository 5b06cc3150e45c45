"""Where each report comes from: its service and address there, and how that service names the days asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Source:
    """A report of a service: `days` are its own names for the first and last day, empty where it takes none."""

    service: str
    path: str
    days: tuple[str, ...] = ()

    def params(self, period: Mapping[str, Any]) -> dict[str, Any]:
        """The days of a page's address as this service calls them."""
        asked = (period.get("closed_from"), period.get("closed_to"))
        return {name: day for name, day in zip(self.days, asked, strict=False) if day}


_ROUNDS: Final = ("closed_from", "closed_to")
_BOOKS: Final = ("from_on", "to_on")

SOURCES: Final = {
    "savings": Source("orders", "/order-reports/savings", _ROUNDS),
    "budgets": Source("orders", "/order-reports/budgets"),
    "spending": Source("billing", "/money-reports/spending", _BOOKS),
    "commitments": Source("orders", "/order-reports/commitments"),
    "take-up": Source("orders", "/order-reports/take-up", _ROUNDS),
    "workload": Source("orders", "/order-reports/workload", _ROUNDS),
    "suppliers": Source("orders", "/order-reports/suppliers", _ROUNDS),
    "aged-debt": Source("billing", "/reports/aged-debt"),
}

POSITION, FUND, LEDGER = "position", "fund", "ledger"
_OF_TODAY: Final = frozenset({POSITION, FUND, LEDGER})
"""What the books give as sections alone, as they stand today."""

SECTIONS: Final = {
    "orders": Source("orders", "/order-reports", _ROUNDS),
    "billing": Source("billing", "/money-reports", _BOOKS),
}
"""Where sections of several reports are asked of a service at once."""


def service_of(name: str) -> str:
    """The service that gives a report's sections."""
    return "billing" if name in _OF_TODAY else SOURCES[name].service
