"""The one shape of a broken rule, so that every service answers it alike."""

from collections.abc import Mapping
from typing import ClassVar


class BrokenRule(Exception):
    """A rule of the domain was broken: nothing was changed.

    Each rule has a subclass in its service's `domain/errors.py` with a stable `code`, which outside programs
    may rely on. `fields` names the faulty inputs by their path in the request ("lines.3.quantity").
    """

    code: ClassVar[str] = "broken_rule"

    def __init__(self, detail: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields: dict[str, str] = dict(fields or {})


class NotFound(BrokenRule):
    """There is no such thing, or it is not for this actor to know that there is."""

    code = "not_found"


class Forbidden(BrokenRule):
    """The actor is known, and may not do this."""

    code = "forbidden"


class VersionConflict(BrokenRule):
    """Somebody else changed it since it was read (`If-Match` is stale)."""

    code = "version_conflict"


class XmlNotAllowed(BrokenRule):
    """The XML declares a document type or entities, or is too deep or too large."""

    code = "xml_not_allowed"
