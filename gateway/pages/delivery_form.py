"""What a school typed about a delivery: what arrived, what was missing, damaged or wrong, and photos of it."""

from dataclasses import dataclass, field
from typing import Any, Final

from werkzeug.datastructures import FileStorage, MultiDict

from contracts.digits import as_whole
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, units
from gateway.upstream import upstream

LARGEST_FORM: Final = 41 * 1024 * 1024
"""Eight photos of 5 MB, and the fields beside them."""

_MOST_PHOTOS: Final = 8
_LARGEST_PHOTO: Final = 5 * 1024 * 1024
_FOUND: Final = {"short": "missing", "damaged": "damaged", "wrong": "wrong"}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is to be sent to the service, and the photos that go with it first, by line number."""

    lines: list[Json] = field(default_factory=list)
    photos: dict[int, list[bytes]] = field(default_factory=dict)

    def fields(self) -> dict[str, str]:
        """The form's field for each path in the request."""
        paths: dict[str, str] = {}
        for place, line in enumerate(self.lines):
            number = line["line_no"]
            paths |= {f"lines.{place}.{name}": f"{name}-{number}" for name in ("note", "photos")}
            paths[f"lines.{place}.quantity_received"] = f"line-{number}"
            paths |= {f"lines.{place}.quantity_{name}": f"{name}-{number}" for name in _FOUND}
        return paths


def everything(lines: list[Json]) -> Arrival:
    """All that was expected came, undamaged."""
    return Arrival(
        [{"line_no": line["line_no"], "quantity_received": line["expected"]} for line in lines if line["expected"]]
    )


def line_by_line(lines: list[Json], sent: MultiDict[str, str], faults: Faults) -> Arrival:
    """What was typed; a line left empty is not recorded, 0 says that none came.

    Where the number that stood there was left as it was, what is missing, damaged or wrong is taken off it.
    """
    arrival = Arrival()
    for line in lines:
        number = line["line_no"]
        text = sent.get(f"line-{number}", "").strip()
        arrived = units(text, f"line-{number}", f"how many of {line['name']} arrived", faults) if text else None
        found = _found(line, sent, faults)
        claimed = sum(found.values())
        if arrived is None and not claimed:
            continue
        arrived = arrived or 0
        if claimed and arrived == line["expected"]:
            arrived = max(0, arrived - claimed)
        arrival.lines.append(_line(line, arrived, found, sent))
    return arrival


def found_later(lines: list[Json], sent: MultiDict[str, str], faults: Faults) -> Arrival:
    """Units that were recorded as arrived, and are missing, damaged or wrong after all."""
    arrival = Arrival()
    for line in lines:
        found = _found(line, sent, faults)
        if claimed := sum(found.values()):
            arrival.lines.append(_line(line, -claimed, found, sent))
    if not arrival.lines and not faults:
        faults.add("Enter how many units are missing, damaged or wrong.", _first(lines, "damaged"))
    return arrival


def add_photos(arrival: Arrival, files: MultiDict[str, FileStorage], faults: Faults) -> None:
    """Take the photos of the lines in the arrival; a fault for too many, too large, or one without its line."""
    named = {line["line_no"] for line in arrival.lines}
    count = 0
    for name, file in files.items(multi=True):
        kind, _, number_text = name.partition("-")
        number = as_whole(number_text)
        if kind != "photos" or number is None or not file.filename:
            continue
        content = file.read(_LARGEST_PHOTO + 1)
        count += 1
        if number not in named:
            faults.add("Say how many units the photo is about.", f"damaged-{number}")
        elif len(content) > _LARGEST_PHOTO:
            faults.add("The photo is larger than 5 MB. Send it at a smaller size.", name)
        arrival.photos.setdefault(number, []).append(content)
    if count > _MOST_PHOTOS:
        faults.add(f"Send at most {_MOST_PHOTOS} photos at a time.", f"photos-{min(arrival.photos)}")


def send(order_path: str, arrival: Arrival, key: str, faults: Faults, **more: Any) -> None:
    """Keep the photos, then record the receipt that names them. The key makes a second tap the same receipt."""
    for number, photos in arrival.photos.items():
        ids = []
        for place, content in enumerate(photos):
            with faults.of_service(otherwise=f"photos-{number}"):
                kept = upstream.post(
                    "orders",
                    f"{order_path}/photos",
                    body=content,
                    content_type="application/octet-stream",
                    key=f"{key}:{number}:{place}" if key else None,
                )
                ids.append(kept.json()["photo_id"])
        next(line for line in arrival.lines if line["line_no"] == number)["photos"] = ids
    if not faults:
        with faults.of_service(arrival.fields()):
            upstream.post("orders", f"{order_path}/receipts", json={"lines": arrival.lines, **more}, key=key or None)


def _found(line: Json, sent: MultiDict[str, str], faults: Faults) -> dict[str, int]:
    typed = Typed(sent, faults)
    found = {
        name: typed.units(f"{name}-{line['line_no']}", f"how many of {line['name']} are {word}") or 0
        for name, word in _FOUND.items()
    }
    return {name: count for name, count in found.items() if count}


def _line(line: Json, received: int, found: dict[str, int], sent: MultiDict[str, str]) -> Json:
    shape: Json = {"line_no": line["line_no"], "quantity_received": received}
    shape |= {f"quantity_{name}": count for name, count in found.items()}
    if note := sent.get(f"note-{line['line_no']}", "").strip():
        shape["note"] = note
    return shape


def _first(lines: list[Json], name: str) -> str | None:
    return f"{name}-{lines[0]['line_no']}" if lines else None
