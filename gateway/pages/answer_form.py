"""The form in which a supplier offers changes of an order: what it shows, and what was typed into it.

A line's fields are `q-`, `p-`, `d-`, `sc-`, `sn-` and `n-` with its number: quantity, price, day, substitute's code and
name, note. A school's part of it has `q-` and `d-` with line number and URN. Drops are there for lines in `open` only,
so that an order for hundreds of schools stays a short page.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.digits import as_whole
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, units

Json = dict[str, Any]


def opened(sent: Mapping[str, str], more: str = "") -> set[int]:
    """The lines whose schools are shown; `more` opens one, or closes it where it was open."""
    lines = {line_no for each in sent.get("opened", "").split(",") if (line_no := as_whole(each)) is not None}
    line_no = as_whole(more)
    return lines if line_no is None else lines ^ {line_no}


def as_said(order: Json, answer: Json | None) -> dict[str, str]:
    """What stands in the fields at first: the order, with what the supplier said in an answer that waits."""
    fields: dict[str, str] = {}
    said = {line["line_no"]: line for line in (answer or {}).get("lines", ())}
    for line in order["lines"]:
        one = said.get(line["line_no"], {})
        number = line["line_no"]
        substitute = one.get("substitute") or {}
        fields |= {
            f"q-{number}": str(line["quantity"] if one.get("quantity") is None else one["quantity"]),
            f"p-{number}": _pounds(one.get("unit_price") or line["unit_price"]),
            f"d-{number}": one.get("promised_on") or "",
            f"sc-{number}": substitute.get("sku", ""),
            f"sn-{number}": substitute.get("name", ""),
            f"n-{number}": one.get("note", ""),
        }
        for drop in one.get("drops", ()):
            at = f"{number}-{drop['school_urn']}"
            if drop["quantity"] is not None:
                fields[f"q-{at}"] = str(drop["quantity"])
            fields[f"d-{at}"] = drop["promised_on"] or ""
    fields["reason"] = (answer or {}).get("reason", "")
    fields["opened"] = ",".join(str(number) for number, line in said.items() if line["drops"])
    return fields


def read_answer(order: Json, sent: Mapping[str, str], faults: Faults) -> Json:
    """The answer in the form, as it is sent on: only what differs from the order."""
    typed = Typed(sent, faults)
    parts = _parts(order)
    shown = opened(sent)
    lines = []
    for line in order["lines"]:
        if line["kind"] != "goods":
            continue
        said = _line(line, sent, typed, faults)
        drops = parts.get(line["line_no"], []) if line["line_no"] in shown else []
        said["drops"] = [drop for part in drops if (drop := _drop(line["line_no"], part, sent, typed, faults))]
        if said["drops"] and said["quantity"] == line["quantity"]:
            said["quantity"] = None
        if said["quantity"] == line["quantity"] and not said["drops"]:
            said["quantity"] = None
        if any(value not in (None, "", []) for name, value in said.items() if name != "line_no"):
            lines.append(said)
    if not lines and not faults:
        faults.add("Nothing is changed: change a line, or go back and accept the order as it is.")
    body = {"answer": "changes", "reason": sent.get("reason", "").strip(), "lines": lines, "source": "portal"}
    return body | {"revision": order["revision"]}


def fields_by_path(body: Json) -> dict[str, str]:
    """The ids of the inputs that faults of the service are about, by their paths."""
    found: dict[str, str] = {}
    for line in body["lines"]:
        at, field = f"lines.{line['line_no']}", str(line["line_no"])
        places = {at: field}
        places |= {f"{at}.drops.{drop['school_urn']}": f"{field}-{drop['school_urn']}" for drop in line["drops"]}
        for path, place in places.items():
            found |= {path: f"q-{place}", f"{path}.quantity": f"q-{place}", f"{path}.promised_on": f"d-{place}"}
    return found


def parts_of(order: Json, shown: set[int]) -> dict[int, list[Json]]:
    """By line, the schools that have some of it, for the lines that are open."""
    return {number: parts for number, parts in _parts(order).items() if number in shown}


def _parts(order: Json) -> dict[int, list[Json]]:
    found: dict[int, list[Json]] = {}
    for drop in order["drops"]:
        for line in drop["lines"]:
            about = {name: drop[name] for name in ("school_urn", "school_name", "postcode")}
            found.setdefault(line["line_no"], []).append({**about, "quantity": line["quantity"]})
    return found


def _line(line: Json, sent: Mapping[str, str], typed: Typed, faults: Faults) -> Json:
    number, name = line["line_no"], line["name"]
    quantity = line["quantity"]
    if sent.get(f"q-{number}", "").strip():
        quantity = units(sent[f"q-{number}"], f"q-{number}", f"line {number}, {name}", faults)
    price = typed.price(f"p-{number}", f"the price of line {number}", needed=False)
    day = typed.day(f"d-{number}", f"the day for line {number}", needed=False)
    code, called = (typed.text(f"{kind}-{number}", "", needed=False) for kind in ("sc", "sn"))
    if bool(code) != bool(called):
        field = f"sn-{number}" if code else f"sc-{number}"
        faults.add(f"A substitute for line {number} has a code and a name.", field)
    return {
        "line_no": number,
        "quantity": quantity,
        "unit_price": price if price and Decimal(price) != Decimal(line["unit_price"]) else None,
        "promised_on": _iso(day),
        "substitute": {"sku": code[:60], "name": called[:200]} if code and called else None,
        "note": typed.text(f"n-{number}", "", needed=False)[:500],
    }


def _drop(number: int, part: Json, sent: Mapping[str, str], typed: Typed, faults: Faults) -> Json | None:
    at = f"{number}-{part['school_urn']}"
    quantity = None
    if sent.get(f"q-{at}", "").strip():
        quantity = units(sent[f"q-{at}"], f"q-{at}", f"{part['school_name']}, line {number}", faults)
    day = typed.day(f"d-{at}", f"the day for {part['school_name']}, line {number}", needed=False)
    if quantity == part["quantity"]:
        quantity = None
    if quantity is None and day is None:
        return None
    return {"school_urn": part["school_urn"], "quantity": quantity, "promised_on": _iso(day)}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _pounds(unit_price: str) -> str:
    whole, _, decimals = unit_price.partition(".")
    return f"{whole}.{decimals[:2]}{decimals[2:].rstrip('0')}"
