"""Waiting for what the product promises to happen soon, without sleeping for a fixed time."""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

DEADLINE_SECONDS = 120.0


def eventually(look: Callable[[], Result], *, failing_with: type[BaseException] = AssertionError) -> Result:
    """The first true result of `look`; `failing_with` counts as 'not yet'. The last fault is raised at the deadline."""
    ends = time.monotonic() + DEADLINE_SECONDS
    while True:
        fault: BaseException | None = None
        try:
            if result := look():
                return result
        except failing_with as caught:
            fault = caught
        if time.monotonic() > ends:
            raise fault or AssertionError("It did not come true in time.")
        time.sleep(0.05)
