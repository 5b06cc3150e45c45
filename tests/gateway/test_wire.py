"""HTTP/1.1 as our own services speak it, and as a broken one does not."""

import contextlib
import io
import socket
from collections.abc import Iterator
from itertools import takewhile
from threading import Thread

import pytest

from gateway.wire import Broken, NotSent, Peer, TimedOut


class Scripted:
    """A server that gives one prepared answer to each request, in raw bytes; None hangs up, Ellipsis is silent."""

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/base"
        self.open: list[socket.socket] = []
        self.thread = Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.open.append(connection)
            with contextlib.suppress(OSError):
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as reader:
            while self.answers and (head := b"".join(takewhile(bytes.strip, iter(reader.readline, b"")))):
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
                self.heads.append(head)
                self.bodies.append(reader.read(length))
                answer = self.answers.pop(0)
                if answer is ...:
                    return
                connection.sendall(answer or b"")
                if answer is None or b"Connection: close" in answer:
                    break
        connection.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.open:
            connection.close()
        self.thread.join(timeout=5)
        assert not self.thread.is_alive()


@pytest.fixture
def scripted() -> Iterator:
    running = []

    def script(*answers: bytes | None) -> tuple[Scripted, Peer]:
        server = Scripted(*answers)
        peer = Peer(server.url, connect_seconds=1)
        running.append((server, peer))
        return server, peer

    yield script
    for server, peer in running:
        peer.close()
        server.stop()


def answer(body: bytes = b"yes", *headers: bytes) -> bytes:
    return (
        b"HTTP/1.1 200 OK\r\n"
        + b"".join(header + b"\r\n" for header in (*headers, b"Content-Length: %d" % len(body)))
        + b"\r\n"
        + body
    )


def get(peer, **more):
    return peer.exchange("GET", "/a?b=1", {"X-One": "1"}, seconds=more.pop("seconds", 5), **more)


def test_a_request_is_sent_below_the_base_address(scripted):
    server, peer = scripted(answer(b"hello", b'ETag: "3"'))
    got = peer.exchange("PUT", "/a?b=1", {"X-One": "é"}, b"body", seconds=5)
    assert (got.status, got.headers["etag"], got.read()) == (200, '"3"', b"hello")
    assert server.heads[0].startswith(b"PUT /base/a?b=1 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nX-One: \xe9\r\n" in server.heads[0]
    assert server.bodies == [b"body"]


def test_a_connection_is_used_again(scripted):
    server, peer = scripted(answer(), answer(), answer())
    assert [get(peer).read() for _ in range(3)] == [b"yes"] * 3
    assert server.connections == 1


def test_a_connection_that_the_service_closed_is_not_used_again(scripted):
    server, peer = scripted(answer(b"1", b"Connection: close"), answer(b"2"))
    assert [get(peer).read(), get(peer).read()] == [b"1", b"2"]
    assert server.connections == 2


def test_an_answer_in_chunks_is_put_together(scripted):
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nabcd\r\n2\r\nef\r\n0\r\nTrailer: 1\r\n\r\n"
    server, peer = scripted(chunks, answer())
    assert get(peer).read() == b"abcdef"
    assert get(peer).read() == b"yes"
    assert server.connections == 1


def test_an_answer_without_a_length_ends_with_its_connection(scripted):
    _, peer = scripted(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it")
    assert get(peer).read() == b"all of it"


def test_answers_without_a_body_leave_the_connection_usable(scripted):
    server, peer = scripted(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", answer())
    assert get(peer).read() == b""
    assert get(peer).read() == b"yes"
    assert server.connections == 1


def test_a_long_body_is_sent_block_by_block(scripted):
    server, peer = scripted(answer())
    body = bytes(range(256)) * 1024
    peer.exchange("POST", "/", {"Content-Length": str(len(body))}, io.BytesIO(body), seconds=5).read()
    assert server.bodies == [body]


@pytest.mark.parametrize(
    "broken",
    [
        None,
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\nab",
    ],
)
def test_what_is_not_a_whole_answer_is_broken(scripted, broken):
    _, peer = scripted(broken)
    with pytest.raises(Broken):
        get(peer).read()


def test_nobody_listening_means_not_sent():
    with pytest.raises(NotSent):
        get(Peer("http://127.0.0.1:1"))


def test_silence_has_an_end(scripted):
    _, peer = scripted(...)
    with pytest.raises(TimedOut):
        get(peer, seconds=0.05)


@pytest.mark.parametrize("bad", ["a\r\nX-Admin: 1", "a\nb", "a\rb", "\u20ac"])
def test_no_header_breaks_out_of_its_line(scripted, bad):
    server, peer = scripted(answer())
    with pytest.raises(ValueError):
        peer.exchange("GET", "/", {"X-One": bad}, seconds=5)
    with pytest.raises(ValueError):
        peer.exchange("GET", f"/{bad}", {}, seconds=5)
    assert not server.heads


def test_an_answer_given_up_does_not_leak_into_the_next(scripted):
    server, peer = scripted(answer(b"first"), answer(b"second"))
    get(peer).close()
    assert get(peer).read() == b"second"
    assert server.connections == 2


@pytest.mark.parametrize("address", ["https://x", "orders:8000", "http://"])
def test_an_address_is_plain_http(address):
    with pytest.raises(ValueError):
        Peer(address)
