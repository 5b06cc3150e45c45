"""Settings from the environment into one frozen dataclass a process, every fault reported at once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from contracts.topology import PRODUCERS, SUBSCRIPTIONS

Environment = Literal["embedded", "deployed"]

_WEAK = frozenset({"", "secret", "changeme", "change-me", "password", "bursar", "development"})
_SHORTEST_SECRET = 24


class SettingsError(Exception):
    """One or more settings are missing or wrong; the message lists them all."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("Settings:\n" + "\n".join(f"  {fault}" for fault in faults))
        self.faults = faults


class Reader:
    """Reads settings one by one and gathers the faults; `done` raises them together."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.faults: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        """The value of `name`, or the content of the file that `name_FILE` points to."""
        if file := self._environ.get(f"{name}_FILE"):
            try:
                return Path(file).read_text(encoding="utf-8").strip()
            except OSError as fault:
                self.faults.append(f"{name}_FILE: {fault.strerror}")
                return ""
        value = self._environ.get(name, default)
        if value is None or (value == "" and default is None):
            self.faults.append(f"{name} is not set")
            return ""
        return value

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        """A whole number within bounds."""
        raw = self.text(name, str(default))
        if not raw.isdigit() or not low <= int(raw) <= high:
            self.faults.append(f"{name} must be a whole number from {low} to {high}")
            return default
        return int(raw)

    def secret(self, name: str, environment: str) -> str:
        """A secret; outside the embedded mode it must be long and not a well-known word."""
        value = self.text(name)
        if value and environment != "embedded" and (value.lower() in _WEAK or len(value) < _SHORTEST_SECRET):
            self.faults.append(f"{name} is too weak: use at least {_SHORTEST_SECRET} random characters")
        return value

    def key(self, name: str, *, private: bool) -> str:
        """An Ed25519 key as a JSON Web Key."""
        value = self.text(name)
        try:
            parts = json.loads(value or "{}")
        except ValueError:
            parts = {}
        if value and (parts.get("crv") != "Ed25519" or ("d" in parts) is not private):
            self.faults.append(f"{name} must be an Ed25519 {'private' if private else 'public'} key as JSON")
        return value

    def environment(self) -> Environment:
        """Where this runs: `embedded` on one machine, otherwise `deployed`."""
        value = self.text("BURSAR_ENV", "deployed")
        if value not in ("embedded", "deployed"):
            self.faults.append("BURSAR_ENV must be embedded or deployed")
        return "embedded" if value == "embedded" else "deployed"

    def done(self) -> None:
        """Raise SettingsError if anything was wrong."""
        if self.faults:
            raise SettingsError(self.faults)


@dataclass(frozen=True, slots=True)
class Settings:
    """What every part needs; `producers` maps each producer this part listens to onto its base URL."""

    name: str
    environment: Environment
    database_url: str
    broker_url: str
    token_public_key: str
    feed_secret: str
    worker_port: int
    pool_size: int
    producers: Mapping[str, str]


def read_settings(name: str, environ: Mapping[str, str], reader: Reader | None = None) -> Settings:
    """The settings of part `name` (`orders`, `gateway` …).

    Raises SettingsError with every fault at once, unless a `reader` is given: its owner then calls `done`.
    """
    own = reader or Reader(environ)
    environment = own.environment()
    settings = Settings(
        name=name,
        environment=environment,
        database_url=own.text(f"{name.upper()}_DATABASE_URL"),
        broker_url=own.text("BROKER_URL"),
        token_public_key=own.key("SERVICE_TOKEN_PUBLIC_KEY", private=False),
        feed_secret=own.secret("FEED_SECRET", environment),
        worker_port=own.number("WORKER_PORT", 9000, low=0, high=65535),
        pool_size=own.number("POOL_SIZE", 8, low=1, high=200),
        producers={producer: own.text(f"{producer.upper()}_URL") for producer in SUBSCRIPTIONS.get(name, ())},
    )
    if reader is None:
        own.done()
    return settings


ALL_PARTS = (*PRODUCERS, "gateway")
"""Every part that has a database, in the order in which they are started."""
