"""The documents that there are of a purchase order, and who reads them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from contracts.errors import NotFound
from services.orders.domain.issued_order import IssuedOrder

Audience = Literal["supplier", "alliance"]

SENT: Final = ("pdf", "xlsx", "xml")
"""The forms that a supplier is sent, and that every revision keeps."""

LABELS: Final = ("labels-sheet", "labels-page")
NOTES: Final = "delivery-notes"
SORTED: Final = ("route", "date")
PAPERS: Final = tuple(f"{paper}-{by}" for paper in (*LABELS, NOTES) for by in SORTED)
"""What goes with the goods: labels on sheets or one to a page, and delivery notes, by route or by day."""

FORMS: Final = (*SENT, *PAPERS)

AT_ONCE_BELOW: Final = 600
"""Lines of drops up to which a document is made while its reader waits, about a second; the worker makes the others."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished document."""

    content: bytes
    media_type: str
    file_name: str


Progress = Callable[[int], None]
"""Told how far a document is, 0 to 100."""

Renderer = Callable[[IssuedOrder, str, str, Progress], Rendered]
"""Makes one form of an order. The third argument is the address of the pages ("https://…"), for codes to lead to."""


def check_form(form: str) -> str:
    """The form asked for. Raises NotFound for one that there is not."""
    if form not in FORMS:
        raise NotFound("There is no such document of a purchase order.")
    return form
