"""What was typed into the order form: read into what the orders service takes, and kept as it was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from gateway.pages.faults import Faults
from gateway.pages.show import FUNDS, price
from gateway.pages.typed import Typed

# The fields of a row are named by one of these, a dot and the offer's id.
PARTS: Final = {"q": "quantity", "x": "flexible", "p": "max_unit_price", "s": "min_schools", "m": "note"}
_LABELS: Final = {
    "quantity": "the quantity",
    "flexible": "the units that may be added",
    "max_unit_price": "the most that each may cost",
    "min_schools": "the number of schools",
}
_LONGEST_NOTE: Final = 500
_HEAD: Final = ("fund", "site_id", "note")

Wire = dict[str, Any]


class Entry(NamedTuple):
    """The texts in the fields of one row."""

    quantity: str = ""
    flexible: str = ""
    max_unit_price: str = ""
    min_schools: str = ""
    note: str = ""

    @property
    def has_more(self) -> bool:
        """Whether anything stands beside the quantity."""
        return any(self[1:])


@dataclass(frozen=True, slots=True)
class Typing:
    """What was typed into the form.

    `entries` holds the texts of each row that is not blank and `lines` what the service is sent of it, both by offer;
    `head` is what was said about the order as a whole.
    """

    entries: Mapping[str, Entry]
    lines: Mapping[str, Wire]
    head: Mapping[str, Any]

    @property
    def body(self) -> Wire:
        """The order as the service takes it."""
        return {"lines": list(self.lines.values()), **self.head}

    @property
    def fields(self) -> dict[str, str]:
        """The service's paths, such as "lines.3.flexible", to the ids of the inputs."""
        found = {"site_id": "site_id", "fund": "fund", "note": "note"}
        for place, offer_id in enumerate(self.lines):
            found[f"lines.{place}"] = found[f"lines.{place}.offer_id"] = f"q.{offer_id}"
            found |= {f"lines.{place}.{name}": f"{part}.{offer_id}" for part, name in PARTS.items()}
        return found


def read_typing(sent: Mapping[str, str], faults: Faults) -> Typing:
    """What was sent with the form; faults go to the inputs' ids."""
    texts: dict[str, dict[str, str]] = {}
    for field, value in sent.items():
        part, _, offer_id = field.partition(".")
        if offer_id and part in PARTS and (text := value.strip()):
            texts.setdefault(offer_id, {})[PARTS[part]] = text
    entries = {offer_id: Entry(**row) for offer_id, row in texts.items()}
    lines = {}
    for offer_id, entry in entries.items():
        if line := _read_line(offer_id, entry, sent, faults):
            lines[offer_id] = line
    return Typing(entries, lines, _read_head(sent, faults))


def typing_of(order: Mapping[str, Any], lines: list[Wire]) -> Typing:
    """What stands in the form when nothing was typed: the order as it is saved, and these lines."""
    entries = {line["offer_id"]: entry_of(line) for line in lines}
    plain = {line["offer_id"]: plain_line(line) for line in lines}
    return Typing(entries, plain, {name: order[name] for name in _HEAD})


def entry_of(line: Mapping[str, Any]) -> Entry:
    """A line as it stands in the form's fields."""
    limit = line.get("max_unit_price")
    return Entry(
        str(line["quantity"]),
        str(line.get("flexible") or ""),
        price(limit).removeprefix("£") if limit else "",
        str(line.get("min_schools") or ""),
        line.get("note") or "",
    )


def plain_line(line: Mapping[str, Any]) -> Wire:
    """A line without what it does not ask for, so that equal lines are equal."""
    asked = {name: line[name] for name in ("flexible", "max_unit_price", "min_schools", "note") if line.get(name)}
    return {"offer_id": line["offer_id"], "quantity": line["quantity"], **asked}


def _read_line(offer_id: str, entry: Entry, sent: Mapping[str, str], faults: Faults) -> Wire | None:
    typed = Typed(sent, faults)
    quantity = typed.units(f"q.{offer_id}", _LABELS["quantity"])
    asked: Wire = {}
    if entry.flexible:
        asked["flexible"] = typed.units(f"x.{offer_id}", _LABELS["flexible"])
    if entry.max_unit_price:
        asked["max_unit_price"] = typed.price(f"p.{offer_id}", _LABELS["max_unit_price"])
    if entry.min_schools:
        asked["min_schools"] = typed.units(f"s.{offer_id}", _LABELS["min_schools"])
    if entry.note:
        asked["note"] = entry.note
        if len(entry.note) > _LONGEST_NOTE:
            faults.add(f"Enter a note of at most {_LONGEST_NOTE} characters.", f"m.{offer_id}")
    if quantity == 0 and any(asked.values()):
        faults.add("Enter a quantity, or clear what stands below it.", f"q.{offer_id}")
    return plain_line({"offer_id": offer_id, "quantity": quantity, **asked}) if quantity else None


def _read_head(sent: Mapping[str, str], faults: Faults) -> Wire:
    if "fund" not in sent:
        return {}
    note = sent.get("note", "").strip()
    if len(note) > 2 * _LONGEST_NOTE:
        faults.add(f"Enter a note of at most {2 * _LONGEST_NOTE} characters.", "note")
    fund = sent["fund"] if sent["fund"] in FUNDS else "delegated"
    return {"fund": fund, "site_id": sent.get("site_id") or None, "note": note}
