"""The demo's VAT certificates: two schools use energy for their charity, and one certificate lapses soon."""

from datetime import date, timedelta
from typing import Final

from chassis.actor import Actor
from chassis.database import Database
from services.catalogue.domain.vat import VatException
from services.catalogue.usecases.record_vat_exceptions import add_exception, list_exceptions

_CATEGORY: Final = "energy"
_GIVEN: Final = date(2025, 9, 1)
_HELD: Final = ((900002, "PP10/2025 St Mildred’s", 24), (900005, "PP10/2025 Marsh Lane", None))
"""(URN, the certificate's reference, in how many days it lapses)."""


def record_certificates(catalogue: Database, manager: Actor, today: date) -> None:
    """Record the certificates that are not there yet."""
    known = {each["school_urn"] for each in list_exceptions(catalogue, manager, today)}
    for urn, certificate, days in _HELD:
        if urn not in known:
            held = VatException(
                exception_id="",
                offer_id=None,
                category_code=_CATEGORY,
                school_urn=urn,
                vat_class="S",
                reduced=True,
                valid_from=_GIVEN,
                valid_to=None if days is None else today + timedelta(days=days),
                certificate=certificate,
            )
            add_exception(catalogue, manager, held)
