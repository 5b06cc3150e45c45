"""Python's garbage collector, kept from work that makes very many objects and no cycles among them."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_paused = 0


@contextmanager
def collector_paused() -> Iterator[None]:
    """Collect nothing until the block ends, on whichever thread: for a batch of seconds that keeps what it makes.

    Every time that a quarter more objects live the collector walks all of them, and of a batch finds none to free. What
    is no longer referred to is freed as ever. Blocks may overlap; the last one to end lets the collector work again.
    """
    global _paused
    with _lock:
        _paused += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _paused -= 1
            if not _paused:
                gc.enable()
