"""Work that goes on until it is told to stop, whatever goes wrong in between."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog

_SHORTEST_WAIT: Final = 0.2
_LONGEST_WAIT: Final = 5.0

_log = structlog.get_logger()


def persist(stop: threading.Event, failure: str, work: Callable[[threading.Event], None]) -> None:
    """Call `work(stop)` until `stop` is set; after a fault wait, longer each time, and call it again.

    `failure` names the fault in the log, with a traceback the first time. Work that lasted a while starts afresh.
    """
    wait = _SHORTEST_WAIT
    while not stop.is_set():
        began = time.monotonic()
        try:
            work(stop)
        except Exception as fault:  # noqa: BLE001 - the outermost loop of a thread: it logs, and goes on
            if time.monotonic() - began > _LONGEST_WAIT * 2:
                wait = _SHORTEST_WAIT
            _log.warning(failure, error=str(fault), next_try_in=wait, exc_info=wait == _SHORTEST_WAIT)
            stop.wait(wait * random.uniform(0.8, 1.2))  # noqa: S311 - spreads the load, guards nothing
            wait = min(wait * 2, _LONGEST_WAIT)


@contextmanager
def set_aside(failure: str, **facts: Any) -> Iterator[None]:
    """Log what goes wrong with one of several things, so that it does not hold up the others; it comes up again.

    `failure` names the fault in the log, `facts` the thing.
    """
    try:
        yield
    except Exception as fault:  # noqa: BLE001 - whatever it is, the others are to go on
        _log.error(failure, exc_info=fault, **facts)
