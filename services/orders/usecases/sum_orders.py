"""What all schools of a round order together, remembered in this process until an order changes.

The service reads the lines for itself, in a transaction of its own, and gives out sums alone.
"""

import threading
from collections import OrderedDict

from chassis.actor import SERVICE
from chassis.database import Database
from services.orders.domain.ordered_units import OrderedUnits
from services.orders.storage.ordered_units import read_ordered_units

_REMEMBERED_ROUNDS = 8

_remembered: OrderedDict[str, OrderedUnits] = OrderedDict()
_lock = threading.Lock()


def ordered_units(database: Database, round_id: str, stamp: int) -> OrderedUnits:
    """The units of a round at the `stamp` that the caller has read of it, or newer.

    Outside of the caller's transaction: it may see no other school's lines.
    """
    with _lock:
        known = _remembered.get(round_id)
    if known is not None and known.stamp == stamp:
        return known
    with database.transaction(SERVICE) as connection:
        units = read_ordered_units(connection, round_id, known)
    with _lock:
        _remembered[round_id] = units
        _remembered.move_to_end(round_id)
        while len(_remembered) > _REMEMBERED_ROUNDS:
            _remembered.popitem(last=False)
    return units
