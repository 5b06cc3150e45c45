"""A worker's own HTTP page for probes: `/healthz`, `/readyz` and `/metrics`."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from chassis.health import Readiness


class StatusServer:
    """Answers on `port` (0: any free one) of `host` (empty: every address) while the `with` block lasts."""

    def __init__(self, host: str, port: int, readiness: Readiness) -> None:
        handler = type("Handler", (_Handler,), {"readiness": readiness})
        self._server = ThreadingHTTPServer((host, port), handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, name="status", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    readiness: Readiness
    timeout = 5

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self._answer(200, "application/json", b'{"status": "ok"}')
        elif self.path == "/readyz":
            ready, details = self.readiness.check()
            self._answer(200 if ready else 503, "application/json", json.dumps(details).encode())
        elif self.path == "/metrics":
            self._answer(200, CONTENT_TYPE_LATEST, generate_latest(REGISTRY))
        else:
            self._answer(404, "application/json", b'{"status": "not found"}')

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Probes come every few seconds; they are not worth a line in the log."""

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
