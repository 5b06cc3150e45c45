"""Webhooks: what suppliers' systems are told, how it is signed, when it is tried again, and where it never goes.

Signed as the Standard Webhooks specification 1.0.0 says: `webhook-signature: v1,base64(HMAC-SHA256(secret,
"{webhook-id}.{webhook-timestamp}.{body}"))`.
"""

import base64
import hashlib
import hmac
import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.domain.errors import WebhookRefused

EVENTS: Final = {
    "purchase_order.issued": "An order was placed",
    "purchase_order.amended": "An order was revised",
    "receipt.recorded": "A school recorded a delivery",
    "supplier_invoice.state": "An invoice changed its state",
}
TOLD: Final = {
    "purchase_order.issued": ("purchase_order_id", "number"),
    "purchase_order.amended": ("purchase_order_id", "number", "revision"),
    "receipt.recorded": ("purchase_order_id", "number", "receipt_id", "school_urn", "lines"),
    "supplier_invoice.state": (
        "supplier_invoice_id",
        "our_number",
        "number",
        "purchase_order_id",
        "state",
        "reasons",
    ),
}
"""Which parts of an event's body are told of each kind; the rest is read from the API."""
SECRET_BYTES: Final = 32
LONGEST_URL: Final = 500
_HTTPS: Final = 443
_LEAST_OTHER_PORT: Final = 1024
_INSIDE_NAMES: Final = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".test", ".invalid")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
# From the first failure on; after the last the delivery has failed, nearly three days after it happened.
_AGAIN_AFTER: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440, 1440))


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that a supplier's systems may be told: `event_id` is the event's own, `data` names what it is about."""

    event_id: str
    type: str
    happened_at: datetime
    supplier_id: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One call as it is sent: the body's bytes are what is signed."""

    body: bytes
    headers: Mapping[str, str]


def checked_url(raw: str) -> str:
    """An address that may be called: https, a public name, no sign-in in it. Raises WebhookRefused with the reason."""
    url = raw.strip()
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS
    except ValueError as fault:
        raise WebhookRefused("That is not an address.") from fault
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https" or not host or len(url) > LONGEST_URL or not url.isascii() or not url.isprintable():
        raise WebhookRefused("The address must begin with https:// and name a host.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise WebhookRefused("The address must hold no sign-in and no fragment.")
    if port != _HTTPS and port < _LEAST_OTHER_PORT:
        raise WebhookRefused("The port must be 443, or 1024 and above.")
    if "." not in host or host.endswith(_INSIDE_NAMES) or _is_address(host):
        raise WebhookRefused("The address must name a host on the public internet.")
    return url


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also behind the forms that carry another address."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
        if found in _NAT64:
            inner.append(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
        if any(each is not None and not _is_global(each) for each in inner):
            return False
    return _is_global(found)


def next_try(tries: int, now: datetime) -> datetime | None:
    """When to try again after so many failed tries; None when it was the last."""
    return now + _AGAIN_AFTER[tries - 1] if tries <= len(_AGAIN_AFTER) else None


def message(delivery_id: str, kind: str, happened_at: datetime, data: Mapping[str, Any], secret: bytes) -> Message:
    """What is sent of a happening, signed for now. The same delivery keeps its `webhook-id` at each try."""
    instant = happened_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = json.dumps({"type": kind, "timestamp": instant, "data": data}, separators=(",", ":")).encode()
    sent_at = str(int(datetime.now(UTC).timestamp()))
    signed = b".".join((delivery_id.encode(), sent_at.encode(), body))
    signature = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    return Message(
        body,
        {
            "Content-Type": "application/json",
            "User-Agent": "Bursar",
            "webhook-id": delivery_id,
            "webhook-timestamp": sent_at,
            "webhook-signature": f"v1,{signature}",
        },
    )


def secret_text(secret: bytes) -> str:
    """A secret as it is told, once."""
    return "whsec_" + base64.b64encode(secret).decode()


def known_events(chosen: Sequence[str]) -> list[str]:
    """The chosen kinds in the order of EVENTS. Raises WebhookRefused if none is chosen."""
    found = [kind for kind in EVENTS if kind in chosen]
    if not found:
        raise WebhookRefused("Choose what the address is to be told.")
    return found


def _is_global(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.rpartition(".")[2].isdecimal()
    return True
