"""A round's offers as this process remembers them, with the form's rows as they were last written.

What a round offers is the same for every school and rarely changes, so it is asked for once; the service sends it
again when its `offers_version` has moved. A row that only shows where an offer stands is written once for each total.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from gateway.upstream import upstream

_REMEMBERED_ROUNDS: Final = 8

Offer = Mapping[str, Any]


class Book:
    """The offers of one round by id, each with its place among them, and the last totals and row written for each."""

    def __init__(self, version: int, offers: list[Offer]) -> None:
        self.version = version
        self.offers = {str(offer["offer_id"]): {**offer, "place": place} for place, offer in enumerate(offers)}
        self.rows: dict[str, tuple[tuple[int, int], str]] = {}


_books: OrderedDict[str, Book] = OrderedDict()
_lock = threading.Lock()


def read_form(round_id: str, order_path: str) -> tuple[dict[str, Any], Book]:
    """The order form as the service answers it, and the book of its offers. Raises Problem, ServiceUnavailable."""
    with _lock:
        kept = _books.get(round_id)
    params = {"known_offers": kept and kept.version}
    form: dict[str, Any] = upstream.get("orders", f"{order_path}/form", params=params).json()
    if kept is None or form["offers"] is not None:
        kept = Book(form["offers_version"], form["offers"])
    with _lock:
        _books[round_id] = kept
        _books.move_to_end(round_id)
        while len(_books) > _REMEMBERED_ROUNDS:
            _books.popitem(last=False)
    return form, kept
