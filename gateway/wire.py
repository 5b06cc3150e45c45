"""HTTP to our own services: urllib3's pools, with the three ways in which a call can fail told apart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

Body = bytes | IO[bytes] | None

_BLOCK = 64 * 1024
_WITHOUT_BODY = frozenset({204, 304})


class WireFault(Exception):
    """No answer, or none that HTTP knows."""


class NotSent(WireFault):
    """The service cannot be reached, so it has not received the request."""


class Broken(WireFault):
    """The connection broke: the service may have received the request."""


class TimedOut(WireFault):
    """The service did not answer in time."""


@dataclass(slots=True)
class WireAnswer:
    """An answer whose head has been read; header names are in lower case.

    Use `read` or `blocks`, once: either ends with the connection back in the pool. `close` gives up what is unread.
    """

    status: int
    headers: dict[str, str]
    length: int | None
    _response: BaseHTTPResponse = field(repr=False)

    def read(self) -> bytes:
        """The whole body. Raises WireFault if it breaks off."""
        return b"".join(self.blocks())

    def blocks(self) -> Iterator[bytes]:
        """The body block by block. Raises WireFault if it breaks off."""
        try:
            yield from self._response.stream(_BLOCK, decode_content=False)
        except ReadTimeoutError as fault:
            raise TimedOut(f"The answer stopped: {fault}") from fault
        except (HTTPError, OSError) as fault:
            raise Broken(f"The answer broke off: {fault}") from fault
        self._response.release_conn()

    def close(self) -> None:
        """Give the answer up, and its connection with it."""
        self._response.close()


class Peer:
    """One service at its base URL. Safe for use by many threads; keeps up to `connections` open."""

    def __init__(self, url: str, *, connections: int = 32, connect_seconds: float = 2.0) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"A service's address must be an http:// URL, not {url!r}.")
        self._host = parts.netloc
        self._prefix = parts.path.rstrip("/")
        self._connect_seconds = connect_seconds
        self._pool = HTTPConnectionPool(parts.hostname, parts.port or 80, maxsize=connections)

    def exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: Body = None, *, seconds: float
    ) -> WireAnswer:
        """Send one request and read the head of its answer, waiting at most `seconds` for each read.

        A `body` with `read` is sent block by block; its Content-Length must be among the headers. Raises NotSent,
        Broken or TimedOut, and ValueError for a header or target that would break out of its line.
        """
        if not (target.isascii() and target.isprintable()):
            raise ValueError("A target is printable ASCII.")
        try:
            response = self._pool.urlopen(
                method,
                self._prefix + target,
                body=body,
                headers=headers,
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
                timeout=Timeout(connect=self._connect_seconds, read=seconds),
            )
        except (NewConnectionError, ConnectTimeoutError) as fault:
            raise NotSent(f"{self._host} cannot be reached: {fault}") from fault
        except ReadTimeoutError as fault:
            raise TimedOut(f"{self._host} did not answer within {seconds:g} s") from fault
        except (HTTPError, OSError) as fault:
            raise Broken(f"No answer from {self._host}: {fault}") from fault
        return _answer(method, response)

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()


def _answer(method: str, response: BaseHTTPResponse) -> WireAnswer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    declared = headers.get("content-length", "")
    length = int(declared) if declared.isdigit() else None
    if method == "HEAD" or response.status in _WITHOUT_BODY:
        length = 0
    return WireAnswer(response.status, headers, length, response)
