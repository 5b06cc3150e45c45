"""Asks a program's health page whether it works, without ever waiting for the answer."""

import socket


class HttpProbe:
    """`poll()` is True once `GET path` on a loopback port has been answered with 200.

    A listening socket that waits for its program takes the request at once; the answer comes when the program does.
    """

    def __init__(self, port: int, path: str) -> None:
        self._port = port
        self._request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        self._connection: socket.socket | None = None

    def poll(self) -> bool:
        """Whether the program works by now; asks again by itself after a failure."""
        try:
            if self._connection is None:
                self._connection = socket.create_connection(("127.0.0.1", self._port), timeout=1)
                self._connection.sendall(self._request)
                self._connection.setblocking(False)
            answer = self._connection.recv(64)
        except BlockingIOError:
            return False
        except OSError:
            answer = b""
        self.close()
        return b" 200 " in answer.partition(b"\r\n")[0]

    def close(self) -> None:
        """Give the pending question up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
