"""An embedded installation: what lies in its data directory, and the environment that its processes get."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bursar.addresses import login_url, pgmq_url
from bursar.embedded import EmbeddedPostgres, make_private

SERVICES: Final = ("members", "catalogue", "orders", "billing")
PARTS: Final = (*SERVICES, "gateway")
BROKER: Final = "broker"
DEFAULT_DATA: Final = Path(".bursar")


class AlreadyRunning(Exception):
    """Another process holds the data directory."""


class Installation:
    """Everything that one embedded Bursar keeps, below one directory that only its account may read."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.expanduser().resolve()
        self.postgres = EmbeddedPostgres(self.data_dir)
        self.log_dir = self.data_dir / "log"
        self.demo_marker = self.data_dir / "demo.json"
        self._lock_file = self.data_dir / "lock"
        self._secrets_file = self.data_dir / "secrets.json"

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """Hold the data directory; gives whether the last holder was killed, so that its programs may still be ending.

        Raises AlreadyRunning with the process that holds it.
        """
        make_private(self.log_dir)
        with self._lock_file.open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                holder = lock.read() or "unknown"
                raise AlreadyRunning(f"Bursar is already running on {self.data_dir} (process {holder}).") from None
            lock.seek(0)
            unclean = bool(lock.read())
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            try:
                yield unclean
            finally:
                lock.truncate(0)

    @contextmanager
    def database_running(self) -> Iterator[None]:
        """Have PostgreSQL running for one command: the one of a running Bursar, or else started and stopped here."""
        try:
            with self.locked():
                self.postgres.start()
                try:
                    yield
                finally:
                    self.postgres.stop()
        except AlreadyRunning:
            yield

    def environment(self) -> dict[str, str]:
        """Settings of every part together: databases, broker, keys and secrets; made on first use.

        BROKER_URL in the environment puts another broker, such as RabbitMQ, in place of the embedded one.
        """
        kept = self._secrets()
        settings = {
            "BURSAR_ENV": "embedded",
            **self._mail(),
            "POSTGRES_ADMIN_URL": self.postgres.admin_url,
            "BROKER_DATABASE_URL": self._database_url(BROKER, BROKER, kept),
            "BROKER_URL": os.environ.get("BROKER_URL") or pgmq_url(self._database_url(BROKER, BROKER, kept)),
            **{name: kept[name] for name in _SECRET_SETTINGS},
        }
        for part in PARTS:
            settings[f"{part.upper()}_DATABASE_URL"] = self._database_url(part, part, kept)
            settings[f"{part.upper()}_MIGRATION_DATABASE_URL"] = self._database_url(part, f"{part}_owner", kept)
        return settings

    def _mail(self) -> dict[str, str]:
        """Where mail goes: to the environment's SMTP_URL, and otherwise into a folder beside the data."""
        if os.environ.get("SMTP_URL"):
            return {name: os.environ.get(name, "") for name in ("SMTP_URL", "SMTP_FROM")}
        return {"MAIL_DIR": str(self.data_dir / "mail")}

    def _database_url(self, database: str, login: str, kept: Mapping[str, str]) -> str:
        return login_url(self.postgres.admin_url, database, login, kept[f"{login.upper()}_PASSWORD"])

    def _secrets(self) -> dict[str, str]:
        """The secrets of this installation, made once and readable by its account alone."""
        if not self._secrets_file.exists():
            from bursar.fresh_secrets import (
                fresh_secrets,
            )  # only now: it loads much, and the supervisor is to stay small

            make_private(self.data_dir)
            draft = self._secrets_file.with_suffix(".draft")
            draft.unlink(missing_ok=True)
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(fresh_secrets(BROKER), file, indent=2)
            draft.replace(self._secrets_file)
        kept: dict[str, str] = json.loads(self._secrets_file.read_text())
        return kept


_SECRET_SETTINGS: Final = ("SERVICE_TOKEN_PRIVATE_KEY", "SERVICE_TOKEN_PUBLIC_KEY", "SECRET_KEY", "FEED_SECRET")


def environment_of(part: str, settings: Mapping[str, str]) -> dict[str, str]:
    """What one part's processes need of the whole installation's settings, and no more."""
    wanted = {"BURSAR_ENV", "BROKER_URL", "SERVICE_TOKEN_PUBLIC_KEY", "FEED_SECRET", f"{part.upper()}_DATABASE_URL"}
    wanted |= {f"{service.upper()}_URL" for service in SERVICES}
    if part == "gateway":
        wanted |= {"SERVICE_TOKEN_PRIVATE_KEY", "SECRET_KEY", "SMTP_URL", "SMTP_FROM", "MAIL_DIR", "PUBLIC_URL"}
    return {name: value for name, value in settings.items() if name in wanted}
