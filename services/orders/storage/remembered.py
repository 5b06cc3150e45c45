"""What takes long to sum and changes only with an order of the round, remembered in this process."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import Connection, text

_REMEMBERED_ROUNDS = 16
_STAMP = text("SELECT round_stamp(:round_id)")

Sums = TypeVar("Sums")


class Remembered(Generic[Sums]):
    """The sums of the last few rounds, each with the stamp under which it was read."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[int, Sums]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, connection: Connection, round_id: str, stamp: int | None, read: Callable[[], Sums]) -> Sums:
        """The sums of a round as they stand now; `read` is called where they are not known any more.

        `stamp`, which the caller may have read already, grows with every change of an order and so tells whether what
        is remembered still holds.
        """
        if stamp is None:
            stamp = int(connection.execute(_STAMP, {"round_id": round_id}).scalar_one())
        with self._lock:
            known = self._known.get(round_id)
        if known is not None and known[0] == stamp:
            return known[1]
        sums = read()
        with self._lock:
            self._known[round_id] = (stamp, sums)
            self._known.move_to_end(round_id)
            while len(self._known) > _REMEMBERED_ROUNDS:
                self._known.popitem(last=False)
        return sums
