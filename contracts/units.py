"""Units of measure (UN/ECE Recommendations 20 and 21) as people say them."""

from typing import Final

UNITS: Final = {
    "C62": ("", ""),
    "EA": ("", ""),
    "SET": ("set", "sets"),
    "PR": ("pair", "pairs"),
    "XPK": ("pack", "packs"),
    "XBX": ("box", "boxes"),
    "XRO": ("roll", "rolls"),
    "XBO": ("bottle", "bottles"),
    "XBG": ("bag", "bags"),
    "RM": ("ream", "reams"),
    "KGM": ("kg", "kg"),
    "LTR": ("litre", "litres"),
    "MTR": ("metre", "metres"),
    "MTK": ("m²", "m²"),
    "KWH": ("kWh", "kWh"),
    "HUR": ("hour", "hours"),
    "DAY": ("day", "days"),
    "MON": ("month", "months"),
    "ANN": ("year", "years"),
}
"""By code, one and several of it; single things are only counted."""


def quantity_words(count: int, unit: str) -> str:
    """A quantity with its unit: "34 boxes", "1 hour", "34"."""
    one, several = UNITS.get(unit, (unit, unit))
    return f"{count:,} {one if count == 1 else several}".strip()
