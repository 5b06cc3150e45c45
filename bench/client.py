"""The one client that all HTTP figures and their floors are taken with: a few kept-alive connections, raw requests."""

import re
import socket
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Answer = tuple[int, bytes, bytes]
"""Status, head and body."""


@dataclass
class Measured:
    """What a run gave: answers a second, and the seconds that each answer took."""

    rate: float
    seconds: list[float] = field(repr=False)

    @property
    def median_ms(self) -> float:
        """The median latency in milliseconds."""
        return statistics.median(self.seconds) * 1000


class Connection:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> Answer:
        """Send a request and read its answer; anything but 2xx ends the run."""
        self._socket.sendall(request)
        told = b""
        while b"\r\n\r\n" not in told:
            told += self._more()
        head, _, body = told.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        while length and len(body) < int(length[1]):
            body += self._more()
        status = int(head[9:12])
        if not 200 <= status < 300:
            raise RuntimeError((head + b"\n" + body[:2000]).decode())
        return status, head, body

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def _more(self) -> bytes:
        if block := self._socket.recv(256 * 1024):
            return block
        raise RuntimeError("The connection was closed early.")


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def run(port: int, requests: Callable[[int, int], bytes], *, seconds: float, connections: int = 1) -> Measured:
    """Ask as fast as answers come for so long; `requests(connection, turn)` gives each request."""
    taken: list[list[float]] = [[] for _ in range(connections)]
    faults: list[Exception] = []
    ends = time.perf_counter() + seconds

    def ask_on(number: int) -> None:
        connection = Connection(port)
        try:
            while (began := time.perf_counter()) < ends:
                connection.ask(requests(number, len(taken[number])))
                taken[number].append(time.perf_counter() - began)
        except Exception as fault:  # noqa: BLE001 - told by the main thread below
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask_on, args=(number,)) for number in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    every = [moment for list_ in taken for moment in list_]
    return Measured(len(every) / (time.perf_counter() - began), every)
