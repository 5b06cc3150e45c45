"""HTTP/1.1 to our own services over kept-alive connections, with nothing that they do not need.

Every call that enters the gateway leaves it again, so what a call costs here is paid on each: a general client
(urllib3 over http.client) spends more time on headers alone than this spends on the whole exchange. It speaks to
nobody but our services: no TLS, no redirects, no compression, no proxies.
"""

import contextlib
import select
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from queue import Empty, Full, LifoQueue
from typing import IO
from urllib.parse import urlsplit

Body = bytes | IO[bytes] | None

_BLOCK = 64 * 1024
_LONGEST_LINE = 64 * 1024
_MOST_HEADERS = 100
_WITHOUT_BODY = frozenset({204, 304})


class WireFault(Exception):
    """No answer, or none that HTTP knows."""


class NotSent(WireFault):
    """The service cannot be reached, so it has not received the request."""


class Broken(WireFault):
    """The connection broke: the service may have received the request."""


class TimedOut(WireFault):
    """The service did not answer in time."""


class _Connection:
    """One open connection and the buffered reader over it."""

    def __init__(self, address: tuple[str, int], seconds: float) -> None:
        self.socket = socket.create_connection(address, timeout=seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._seconds = seconds
        self._anything_there = select.poll()
        self._anything_there.register(self.socket, select.POLLIN)
        self.reader: IO[bytes] = self.socket.makefile("rb", _BLOCK)  # type: ignore[assignment]

    def is_usable(self) -> bool:
        """Whether the other side has kept it open; anything to read between two exchanges means that it has not."""
        return not self._anything_there.poll(0)

    def wait_at_most(self, seconds: float) -> None:
        """Bound each read and write of the next exchange."""
        if seconds != self._seconds:
            self.socket.settimeout(seconds)
            self._seconds = seconds

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.reader.close()
            self.socket.close()


@dataclass(slots=True)
class WireAnswer:
    """An answer whose head has been read; header names are in lower case.

    Use `read` or `blocks`, once: either ends with the connection back in the pool. `close` gives up what is unread.
    """

    status: int
    headers: dict[str, str]
    length: int | None
    _peer: "Peer" = field(repr=False)
    _connection: "_Connection | None" = field(repr=False)

    def read(self) -> bytes:
        """The whole body. Raises WireFault if it breaks off."""
        return b"".join(self.blocks())

    def blocks(self) -> Iterator[bytes]:
        """The body block by block. Raises WireFault if it breaks off."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        whole = False
        try:
            yield from self._body(connection.reader)
            whole = True
        except (OSError, ValueError) as fault:
            raise Broken(f"The answer broke off: {fault}") from fault
        finally:
            if whole and self._stays_open():
                self._peer.take_back(connection)
            else:
                connection.close()

    def close(self) -> None:
        """Give the answer up; nothing happens once it is being read."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _stays_open(self) -> bool:
        bounded = self.length is not None or self.headers.get("transfer-encoding") == "chunked"
        return bounded and self.headers.get("connection", "").lower() != "close"

    def _body(self, reader: IO[bytes]) -> Iterator[bytes]:
        if self.length is not None:
            yield from _exactly(reader, self.length)
        elif self.headers.get("transfer-encoding") == "chunked":
            while size := int(reader.readline(_LONGEST_LINE).partition(b";")[0], 16):
                yield from _exactly(reader, size)
                reader.readline(_LONGEST_LINE)
            while reader.readline(_LONGEST_LINE).strip():
                pass
        else:
            while block := reader.read(_BLOCK):
                yield block


class Peer:
    """One service at its base URL. Safe for use by many threads; keeps up to `connections` open."""

    def __init__(self, url: str, *, connections: int = 32, connect_seconds: float = 2.0) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"A service's address must be an http:// URL, not {url!r}.")
        self._address = (parts.hostname, parts.port or 80)
        self._host = parts.netloc
        self._prefix = parts.path.rstrip("/")
        self._connect_seconds = connect_seconds
        self._idle: LifoQueue[_Connection] = LifoQueue(connections)

    def exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: Body = None, *, seconds: float
    ) -> WireAnswer:
        """Send one request and read the head of its answer, waiting at most `seconds` for each read.

        A `body` with `read` is sent block by block; its Content-Length must be among the headers. Raises NotSent,
        Broken or TimedOut, and ValueError for a header or target that would break out of its line.
        """
        head = self._head(method, target, headers, body)
        connection = self._connected()
        connection.wait_at_most(seconds)
        try:
            _send(connection.socket, head, body)
            return self._answer(connection, method)
        except TimeoutError as fault:
            connection.close()
            raise TimedOut(f"{self._host} did not answer within {seconds:g} s") from fault
        except (OSError, ValueError) as fault:
            connection.close()
            raise Broken(f"No answer from {self._host}: {fault}") from fault
        except BaseException:
            connection.close()
            raise

    def take_back(self, connection: _Connection) -> None:
        """Keep a connection for the next exchange."""
        try:
            self._idle.put_nowait(connection)
        except Full:
            connection.close()

    def close(self) -> None:
        """Close the idle connections."""
        with contextlib.suppress(Empty):
            while True:
                self._idle.get_nowait().close()

    def _connected(self) -> _Connection:
        with contextlib.suppress(Empty):
            while True:
                kept = self._idle.get_nowait()
                if kept.is_usable():
                    return kept
                kept.close()
        try:
            return _Connection(self._address, self._connect_seconds)
        except OSError as fault:
            raise NotSent(f"{self._host} cannot be reached: {fault}") from fault

    def _head(self, method: str, target: str, headers: Mapping[str, str], body: Body) -> bytes:
        lines = [f"{method} {self._prefix}{target} HTTP/1.1", f"Host: {self._host}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if isinstance(body, bytes):
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines)
        if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
            raise ValueError("A header or target contains a line break.")
        return head.encode("latin-1") + b"\r\n\r\n"

    def _answer(self, connection: _Connection, method: str) -> WireAnswer:
        reader = connection.reader
        status = _status(reader.readline(_LONGEST_LINE))
        headers: dict[str, str] = {}
        for _ in range(_MOST_HEADERS):
            line = reader.readline(_LONGEST_LINE)
            if line in (b"\r\n", b"\n"):
                break
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon:
                raise ValueError("a header line has no colon")
            headers[name.lower()] = value.strip()
        else:
            raise ValueError("too many headers")
        declared = headers.get("content-length")
        length = int(declared) if declared is not None else None
        if method == "HEAD" or status in _WITHOUT_BODY:
            length = 0
        return WireAnswer(status, headers, length, self, connection)


def _send(connection: socket.socket, head: bytes, body: Body) -> None:
    if body is None or isinstance(body, bytes):
        connection.sendall(head + body if body else head)
        return
    connection.sendall(head)
    while block := body.read(_BLOCK):
        connection.sendall(block)


def _status(line: bytes) -> int:
    if not line.startswith(b"HTTP/1."):
        raise ValueError("the connection was closed" if not line else "the answer is not HTTP")
    return int(line[9:12])


def _exactly(reader: IO[bytes], length: int) -> Iterator[bytes]:
    while length:
        block = reader.read(min(length, _BLOCK))
        if not block:
            raise ValueError(f"{length} bytes are missing")
        length -= len(block)
        yield block
