"""What may be sent of a purchase order, school by school, and what the supplier typed about a despatch."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.pages.faults import Faults
from gateway.pages.typed import Typed

MOST_LINES: Final = 1_000
"""With quantities of their own in one despatch; all that is outstanding can always be sent at once."""

Json = dict[str, Any]


def drops_to_send(order: Json, outstanding: Sequence[Json]) -> list[Json]:
    """The drops of an order of which something may be sent, each with its lines, units and route, by route and name."""
    lines: dict[int, list[Json]] = {}
    for line in outstanding:
        lines.setdefault(line["school_urn"], []).append(line)
    drops = []
    for drop in order["drops"]:
        mine = [line for line in lines.get(drop["school_urn"], []) if line["to_send"]]
        if mine:
            drops.append(
                {
                    **drop,
                    "lines": mine,
                    "route": route_of(drop["postcode"]),
                    "units": sum(line["to_send"] for line in mine),
                    "due_on": _due(order, drop),
                }
            )
    return sorted(drops, key=lambda drop: (drop["route"], drop["school_name"], drop["school_urn"]))


def route_of(postcode: str) -> str:
    """The first half of a postcode, such as CT6: the places that one van goes to."""
    return postcode.split()[0].upper() if postcode.split() else "–"


def chosen(drops: Sequence[Json], sent: Mapping[str, str]) -> list[Json]:
    """The drops of the route and the day that were asked for; all where neither was."""
    route, day = sent.get("route", ""), sent.get("due_on", "")
    return [drop for drop in drops if (not route or drop["route"] == route) and (not day or drop["due_on"] == day)]


def ticked(drops: Sequence[Json], sent: Mapping[str, str]) -> list[Json]:
    """The drops that were ticked."""
    return [drop for drop in drops if f"drop-{drop['school_urn']}" in sent]


def about(sent: Mapping[str, str], faults: Faults) -> Json:
    """What is said of the despatch as a whole, as the service takes it."""
    typed = Typed(sent, faults)
    sent_on = typed.day("despatched_on", "the day it was sent", needed=False)
    expected = typed.day("expected_on", "the day it is expected", needed=False)
    return {
        "despatched_on": sent_on and sent_on.isoformat(),
        "expected_on": expected and expected.isoformat(),
        **{name: sent.get(name, "").strip() for name in ("carrier", "tracking", "reference", "note")},
    }


def quantities(drops: Sequence[Json], sent: Mapping[str, str], faults: Faults) -> list[Json]:
    """What was typed for each line of the drops; a blank is none of it."""
    typed = Typed(sent, faults)
    found = []
    for drop in drops:
        lines = []
        for line in drop["lines"]:
            field = f"q-{drop['school_urn']}-{line['line_no']}"
            quantity = typed.units(field, f"how many of {line['name']} you send to {drop['school_name']}")
            if quantity:
                lines.append({"line_no": line["line_no"], "quantity": quantity})
        if lines:
            found.append({"school_urn": drop["school_urn"], "lines": lines})
    return found


def field_ids(drops: Sequence[Json]) -> dict[str, str]:
    """The form's field for each place at which the service finds a fault."""
    return {
        f"{drop['school_urn']}.{line['line_no']}": f"q-{drop['school_urn']}-{line['line_no']}"
        for drop in drops
        for line in drop["lines"]
    }


def _due(order: Json, drop: Json) -> str:
    """The day promised for the drop, or the last of the window."""
    promised = [line["promised_on"] for line in drop["lines"] if line.get("promised_on")]
    return str(max(promised) if promised else order["delivery_to"])
