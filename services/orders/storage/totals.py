"""What all schools order together: sums that every member may see, as the database's functions publish them."""

import threading
from collections import OrderedDict
from collections.abc import Mapping

from sqlalchemy import Connection, text

_REMEMBERED_ROUNDS = 16

_STAMP = text("SELECT round_stamp(:round_id)")
_TOTALS = text("SELECT offer_id::text, quantity, schools FROM round_totals(:round_id)")

Totals = Mapping[str, tuple[int, int]]
"""Units and schools by offer id, of orders that are submitted or approved."""

_remembered: OrderedDict[str, tuple[int, Totals]] = OrderedDict()
_lock = threading.Lock()


def round_totals(connection: Connection, round_id: str, stamp: int | None = None) -> Totals:
    """The totals of a round as they stand now.

    Summing them reads every line, so the last few rounds' are remembered in this process; `stamp`, which the caller may
    have read already, grows with every change of an order and so tells whether they still hold.
    """
    if stamp is None:
        stamp = int(connection.execute(_STAMP, {"round_id": round_id}).scalar_one())
    with _lock:
        known = _remembered.get(round_id)
    if known is not None and known[0] == stamp:
        return known[1]
    rows = connection.execute(_TOTALS, {"round_id": round_id})
    totals = {row.offer_id: (row.quantity, row.schools) for row in rows}
    with _lock:
        _remembered[round_id] = (stamp, totals)
        _remembered.move_to_end(round_id)
        while len(_remembered) > _REMEMBERED_ROUNDS:
            _remembered.popitem(last=False)
    return totals
