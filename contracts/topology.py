"""Who listens to whom. Queues, cursors and the tests of conventions are derived from it."""

from typing import Final

EXCHANGE: Final = "bursar.events"

PRODUCERS: Final = ("members", "catalogue", "orders", "billing")

SUBSCRIPTIONS: Final[dict[str, tuple[str, ...]]] = {
    "catalogue": ("members",),
    "orders": ("members", "catalogue", "billing"),
    "billing": ("members", "catalogue", "orders"),
    "gateway": ("members", "orders", "billing"),
}

UNCONSUMED: Final[dict[str, str]] = {}
"""Events that nobody listens to yet, each with the reason why it is told all the same."""


def queue_name(consumer: str, producer: str) -> str:
    """The durable queue in which a consumer receives one producer's events."""
    return f"{consumer}.from.{producer}"
