"""The programs' door: `/api/v1`, its description and its sign-in."""

from gateway.api.blueprint import blueprint
from gateway.api.door import Door
from gateway.api.errors import STATUSES

__all__ = ["STATUSES", "Door", "blueprint"]
