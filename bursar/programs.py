"""What the processes of an embedded Bursar run. Importing this loads all of it, once, for the forks to share."""

import gc
import importlib
from collections.abc import Mapping
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.workers import gthread

from bursar import demo
from bursar.installation import PARTS
from bursar.migrate import migrate_all

KEEP_ALIVE_SECONDS = 75
GRACE_SECONDS = 5
LONGEST_REQUEST_SECONDS = 60


def _package(part: str) -> str:
    return part if part == "gateway" else f"services.{part}"


_APPS = {part: importlib.import_module(f"{_package(part)}.app") for part in PARTS}
_WORKERS = {part: importlib.import_module(f"{_package(part)}.worker") for part in PARTS}


def settle() -> None:
    """Leave what has been loaded out of garbage collection, which would write to the memory that forks share."""
    gc.collect()
    gc.freeze()


def web(part: str, listener: int, threads: int) -> None:
    """Serve a part under gunicorn on an open listening socket, until told to stop."""
    options = {
        "bind": f"fd://{listener}",
        "worker_class": gthread.ThreadWorker,
        "workers": 1,
        "threads": threads,
        "keepalive": KEEP_ALIVE_SECONDS,
        "timeout": LONGEST_REQUEST_SECONDS,
        "graceful_timeout": GRACE_SECONDS,
        "control_socket_disable": True,
        "loglevel": "warning",
    }
    _Web(part, options).run()


def worker(part: str) -> None:
    """Run a part's relay, consumers and timers until told to stop."""
    _WORKERS[part].main()


def migrate(settings: Mapping[str, str]) -> None:
    """Make the databases and bring them to the newest schema."""
    for part, revision in migrate_all(settings).items():
        print(f"{part}: {revision}")


def load_demo(settings: Mapping[str, str]) -> None:
    """Fill the running Bursar with the demo alliance."""
    demo.load(settings)


class _Web(BaseApplication):
    """gunicorn with its settings from here instead of from a command line."""

    def __init__(self, part: str, options: Mapping[str, Any]) -> None:
        self._part = part
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return _APPS[self._part].create_app()
