"""The registry of event types: one frozen JSON Schema a version, and a stored sample of each for ever."""

import json
from functools import cache
from importlib import resources
from typing import Any

Schema = dict[str, Any]


@cache
def schemas() -> dict[tuple[str, int], Schema]:
    """Every event schema by (type, version), read from `contracts/event_schemas/<Type>.v<n>.json`."""
    return _read("event_schemas")


@cache
def samples() -> dict[tuple[str, int], Schema]:
    """One stored body of every (type, version), read from `contracts/samples/<Type>.v<n>.json`."""
    return _read("samples")


def _read(folder: str) -> dict[tuple[str, int], Schema]:
    found = {}
    for file in sorted(resources.files("contracts").joinpath(folder).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".json"):
            event_type, version = file.name.removesuffix(".json").split(".v")
            found[event_type, int(version)] = json.loads(file.read_text(encoding="utf-8"))
    return found
