"""A cable between a client and a broker that a test can cut and mend."""

import socket
import threading
from contextlib import suppress
from urllib.parse import unquote, urlsplit


class Cable:
    """Forwards a local port to the broker of `broker_url`; `url` is the broker's address through the cable."""

    def __init__(self, broker_url: str) -> None:
        parts = urlsplit(broker_url)
        self._host, self._port = unquote(parts.hostname or ""), parts.port or 5432
        self._open: list[socket.socket] = []
        self._whole = True
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        port = self._listener.getsockname()[1]
        self.url = parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}").geturl()

    def cut(self) -> None:
        """Break every connection, and refuse new ones."""
        self._whole = False
        while self._open:
            end = self._open.pop()
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def mend(self) -> None:
        """Let connections through again."""
        self._whole = True

    def close(self) -> None:
        """Cut it for good."""
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self._whole:
                    far = self._connect()
                    self._open += [near, far]
                    for source, sink in ((near, far), (far, near)):
                        threading.Thread(target=_pump, args=(source, sink), daemon=True).start()
                else:
                    near.close()

    def _connect(self) -> socket.socket:
        if not self._host.startswith("/"):
            return socket.create_connection((self._host, self._port))
        far = socket.socket(socket.AF_UNIX)
        far.connect(f"{self._host}/.s.PGSQL.{self._port}")
        return far


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
