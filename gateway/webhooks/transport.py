"""One call to a supplier's system: the name is resolved here, checked, and the very address checked is called.

A name that is asked again could answer with another address; a redirect could lead inside. So the connection goes to
the checked address with the name in its certificate, and redirects are answers like any other.
"""

import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import urllib3

from gateway.domain.webhooks import is_public

Resolve = Callable[[str, int], list[str]]

_CONNECT_SECONDS: Final = 5.0
_READ_SECONDS: Final = 10.0
_HTTPS: Final = 443
_READ_OF_ANSWER: Final = 512


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call: its status, or 0 and why there is none."""

    status: int
    told: str

    @property
    def is_taken(self) -> bool:
        """Whether the other side has it."""
        return 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the other side wants no more of it."""
        return self.status == 410


def addresses_of(host: str, port: int) -> list[str]:
    """Every address that the name has now. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def post(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    resolve: Resolve = addresses_of,
    may_reach: Callable[[str], bool] = is_public,
    trust: ssl.SSLContext | None = None,
) -> Outcome:
    """Send once. Never raises: what goes wrong is the outcome."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _HTTPS
    try:
        found = resolve(host, port)
    except (OSError, UnicodeError) as fault:
        return Outcome(0, f"The name has no address: {fault}")
    if not found or not all(map(may_reach, found)):
        return Outcome(0, "The name leads to an address that is not on the public internet.")
    pool = urllib3.HTTPSConnectionPool(
        found[0],
        port,
        server_hostname=host,
        assert_hostname=host,
        ssl_context=trust or ssl.create_default_context(),
        timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
        retries=False,
    )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    told = {**headers, "Host": host if port == _HTTPS else f"{host}:{port}"}
    try:
        answer = pool.urlopen("POST", path, body=body, headers=told, redirect=False, preload_content=False)
        answer.read(_READ_OF_ANSWER)
        return Outcome(answer.status, f"It answered {answer.status}.")
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as fault:
        return Outcome(0, f"It could not be reached: {fault}"[:300])
    finally:
        pool.close()
