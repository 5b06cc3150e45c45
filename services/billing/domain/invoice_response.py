"""Peppol BIS Invoice Response 3, transaction T111 (UBL 2.1 ApplicationResponse): the state of one invoice.

Source: PEPPOL-T111 in "Rules for Peppol Invoice Response transaction 3.1", May 2026; codes of UNCL4343, OPStatusReason
and OPStatusAction. A state with something in its way carries a reason for each thing (PEPPOL-T111-R001), and one that
is paid in part says so (PEPPOL-T111-R004).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Final

from contracts.london import LONDON
from services.billing.domain.errors import ElectronicAddressMissing
from services.billing.domain.invoice_answer import Reason, State

CUSTOMIZATION: Final = "urn:fdc:peppol.eu:poacc:trns:invoice_response:3"
PROFILE: Final = "urn:fdc:peppol.eu:poacc:bis:invoice_response:3"

RESPONSES: Final[Mapping[State, str]] = {
    "received": "AB",
    "accepted": "AP",
    "under_query": "UQ",
    "rejected": "RE",
    "part_paid": "PD",
    "paid": "PD",
}
_CLARIFICATIONS: Final = {
    "price": ("PRI", "CNA"),
    "vat": ("FIN", "NIN"),
    "quantity_over": ("QTY", "CNP"),
    "quantity_short": ("QTY", "CNP"),
    "not_received": ("DEL", "NOA"),
    "awaiting_receipts": ("DEL", "NOA"),
    "wrong_buyer": ("REC", "NIN"),
    "disputed": ("OTH", "PIN"),
    "rejected": ("OTH", "NIN"),
    "part_paid": ("PPD", "NOA"),
}
"""What is the matter (OPStatusReason) and what is asked of the supplier (OPStatusAction), by our reasons."""

_ASKED: Final = {
    "CNA": "Please credit the difference in price.",
    "CNP": "Please credit what was not received.",
    "NIN": "Please credit this invoice and send a new one.",
    "PIN": "Please tell us more about this line.",
}

_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<ApplicationResponse xmlns="urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2"'
    ' xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
    ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">\n'
)


@dataclass(frozen=True, slots=True)
class ResponseParty:
    """The alliance or the supplier; `endpoint` is (Peppol scheme, identifier)."""

    name: str
    endpoint: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class AnsweredDocument:
    """Which document is answered: our number and answer's place, its own number, date and type (380, 381)."""

    our_number: str
    seq: int
    number: str
    issue_date: date
    type_code: str


def party_of(name: str, endpoint: Mapping[str, str] | None, vat_number: str | None) -> ResponseParty:
    """A party with the electronic address that was recorded for it, or else its VAT number (scheme 9932)."""
    if endpoint:
        return ResponseParty(name, (endpoint["scheme"], endpoint["id"]))
    return ResponseParty(name, ("9932", vat_number) if vat_number else None)


def write_response(
    sender: ResponseParty,
    receiver: ResponseParty,
    document: AnsweredDocument,
    state: State,
    reasons: Sequence[Reason],
    at: datetime,
) -> bytes:
    """The response as bytes of UTF-8; `at` is when this state was reached. Raises ElectronicAddressMissing."""
    moment = at.astimezone(LONDON)
    statuses = "".join(_status(reason) for reason in reasons)
    body = (
        _text("CustomizationID", CUSTOMIZATION)
        + _text("ProfileID", PROFILE)
        + _text("ID", f"{document.our_number}-{document.seq}")
        + _text("IssueDate", f"{moment:%Y-%m-%d}")
        + _text("IssueTime", f"{moment:%H:%M:%S}")
        + _party("SenderParty", sender)
        + _party("ReceiverParty", receiver)
        + "<cac:DocumentResponse><cac:Response>"
        + _text("ResponseCode", RESPONSES[state])
        + _text("EffectiveDate", f"{moment:%Y-%m-%d}")
        + statuses
        + "</cac:Response><cac:DocumentReference>"
        + _text("ID", document.number)
        + _text("IssueDate", document.issue_date.isoformat())
        + _text("DocumentTypeCode", document.type_code)
        + "</cac:DocumentReference></cac:DocumentResponse>"
    )
    return f"{_HEAD}{body}</ApplicationResponse>\n".encode()


def _status(reason: Reason) -> str:
    """What is the matter, and what is asked of the supplier if anything is."""
    why, action = _CLARIFICATIONS.get(reason.code, ("OTH", "PIN"))
    asked = _clarified("OPStatusAction", action, _ASKED[action]) if action in _ASKED else ""
    return _clarified("OPStatusReason", why, reason.text) + asked


def _clarified(code_list: str, code: str, text: str) -> str:
    coded = _text("StatusReasonCode", code, f' listID="{code_list}"')
    return f"<cac:Status>{coded}{_text('StatusReason', text)}</cac:Status>"


def _party(role: str, party: ResponseParty) -> str:
    if party.endpoint is None:
        raise ElectronicAddressMissing(
            f"{party.name} has no electronic address: a Peppol response needs a GLN, a DUNS number or a VAT number."
        )
    scheme, identifier = party.endpoint
    return (
        f"<cac:{role}>"
        + _text("EndpointID", identifier, f' schemeID="{escape(scheme)}"')
        + f"<cac:PartyLegalEntity>{_text('RegistrationName', party.name)}</cac:PartyLegalEntity></cac:{role}>"
    )


def _text(name: str, value: str, attributes: str = "") -> str:
    return f"<cbc:{name}{attributes}>{escape(value)}</cbc:{name}>"
