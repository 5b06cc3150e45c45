"""The address of a school's calendar feed: unguessable, shown to the school, and good until it is made anew."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """A school's feed; `token` is the secret part of its address."""

    token: str
    made_at: datetime
    made_by: str


def feed_token(secret_key: str, school_urn: int, nonce: str) -> str:
    """The token that a school's nonce stands for. Without our secret neither the nonce nor the stored hash gives it."""
    signed = hmac.new(secret_key.encode(), f"calendar feed:{school_urn}:{nonce}".encode(), hashlib.sha256)
    return urlsafe_b64encode(signed.digest()).decode().rstrip("=")
