"""A throw-away Bursar to measure: embedded PostgreSQL as it ships, migrated databases, parts under gunicorn."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bursar.installation import SERVICES, Installation, environment_of
from bursar.migrate import migrate_all

ROOT = Path(__file__).parents[1]
THREADS = "16"
START_SECONDS = 60


@dataclass(frozen=True)
class Stack:
    """Where everything is: `settings` as one process's environment would have them, and the ports of the webs."""

    settings: dict[str, str]
    ports: Mapping[str, int]

    def app_url(self, part: str) -> str:
        """The address of a part's database for its own login."""
        return self.settings[f"{part.upper()}_DATABASE_URL"]

    def owner_url(self, part: str) -> str:
        """The address of a part's database for its owner."""
        return self.settings[f"{part.upper()}_MIGRATION_DATABASE_URL"]


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """Settings of a fresh installation whose databases run, durable as in production, and are migrated."""
    with tempfile.TemporaryDirectory(prefix="bursar-bench-") as folder:
        installation = Installation(Path(folder))
        with installation.database_running():
            settings = installation.environment()
            migrate_all(settings)
            yield settings


@contextmanager
def stack(settings: dict[str, str], parts: tuple[str, ...]) -> Iterator[Stack]:
    """The named parts, and the floor, each under the gunicorn settings of the images."""
    ports = {part: _free_port() for part in (*SERVICES, "gateway", "floor")}
    settings = settings | {f"{service.upper()}_URL": f"http://127.0.0.1:{ports[service]}" for service in SERVICES}
    with ExitStack() as running:
        for part in parts:
            module = "gateway.app" if part == "gateway" else f"services.{part}.app"
            running.enter_context(_gunicorn(f"{module}:create_app()", environment_of(part, settings), ports[part]))
        floor = {"FLOOR_DATABASE_URL": settings["GATEWAY_MIGRATION_DATABASE_URL"]}
        running.enter_context(_gunicorn("bench.floor:create_app()", floor, ports["floor"]))
        yield Stack(settings, ports)


@contextmanager
def _gunicorn(app: str, environment: Mapping[str, str], port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "deploy" / "gunicorn.conf.py")]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning", app]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment, "POOL_SIZE": THREADS})
    try:
        _wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"gunicorn ended with status {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"Nothing listens on port {port} after {START_SECONDS} s.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
