"""Two people on one order: what each has changed since the other's page was opened, line by line."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from gateway.pages.order_typing import Typing, Wire, plain_line
from gateway.pages.show import FUNDS, number, wishes

Side = Literal["theirs", "mine"]

_HEAD = {"fund": "Paid from", "site_id": "Delivered to", "note": "Note about the order"}


class Choice(NamedTuple):
    """One place where two people's orders differ; `key` names it, `both` says that each has changed it."""

    key: str
    name: str
    theirs: str
    mine: str
    both: bool
    chosen: Side


@dataclass(frozen=True, slots=True)
class Order:
    """An order's lines by offer, and what it says as a whole."""

    lines: Mapping[str, Wire]
    head: Mapping[str, Any]

    def dumped(self) -> str:
        """The order as text for a hidden field: the JSON that the service takes."""
        return json.dumps({"lines": list(self.lines.values()), **self.head}, separators=(",", ":"))


def order_of(typing: Typing) -> Order:
    """What was typed, as an order."""
    return Order(typing.lines, typing.head)


def loaded(text: str) -> Order:
    """The order from a hidden field; an empty one where the text is none of ours."""
    try:
        body = json.loads(text or "{}")
        lines = {str(line["offer_id"]): plain_line(line) for line in body.get("lines", [])}
        return Order(lines, {name: body[name] for name in _HEAD if name in body})
    except (ValueError, TypeError, KeyError, AttributeError):
        return Order({}, {})


def choices(
    base: Order, theirs: Order, mine: Order, names: Mapping[str, str], sites: Mapping[str, str]
) -> list[Choice]:
    """Where two orders that began as `base` differ, in the order of `names`, which maps offers to theirs.

    What only one has changed is chosen already; of what both have changed, the own.
    """
    found = []
    for key in _HEAD:
        if key in mine.head and mine.head[key] != theirs.head.get(key):
            was, theirs_says, mine_says = (order.head.get(key) for order in (base, theirs, mine))
            shown = [_said(key, value, sites) for value in (theirs_says, mine_says)]
            found.append(_choice(key, _HEAD[key], shown, was, theirs_says, mine_says))
    for offer_id, name in names.items():
        was, theirs_says, mine_says = (order.lines.get(offer_id) for order in (base, theirs, mine))
        if theirs_says != mine_says:
            shown = [_line(line) for line in (theirs_says, mine_says)]
            found.append(_choice(offer_id, name, shown, was, theirs_says, mine_says))
    return found


def merged(theirs: Order, mine: Order, taken: Mapping[str, str]) -> Order:
    """The order with each differing line as it was chosen; what was not asked about is the same in both."""
    head = {key: (mine if taken.get(key) == "mine" else theirs).head.get(key) for key in theirs.head}
    lines = {}
    for offer_id in {**theirs.lines, **mine.lines}:
        side = mine if taken.get(offer_id) == "mine" else theirs
        if offer_id in side.lines:
            lines[offer_id] = side.lines[offer_id]
    return Order(lines, head)


def _choice(key: str, name: str, shown: list[str], was: Any, theirs: Any, mine: Any) -> Choice:
    both = theirs != was and mine != was
    return Choice(key, name, shown[0], shown[1], both, "theirs" if mine == was else "mine")


def _line(line: Wire | None) -> str:
    if line is None:
        return "none"
    note = f"“{line['note']}”" if line.get("note") else ""
    return " · ".join(filter(None, (number(line["quantity"]), wishes(line), note)))


def _said(key: str, value: Any, sites: Mapping[str, str]) -> str:
    if key == "fund":
        return FUNDS.get(value, "")
    if key == "site_id":
        return sites.get(value, "") if value else "the school’s main address"
    return value or "none"
