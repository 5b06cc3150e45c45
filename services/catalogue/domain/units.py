"""Units of measure in which offers are priced (UN/ECE Recommendation 20 with the packages of Recommendation 21)."""

from typing import Final

UNITS: Final = {
    "C62": "one",
    "EA": "each",
    "SET": "set",
    "PR": "pair",
    "XPK": "pack",
    "XBX": "box",
    "XRO": "roll",
    "XBO": "bottle",
    "XBG": "bag",
    "RM": "ream",
    "KGM": "kilogram",
    "LTR": "litre",
    "MTR": "metre",
    "MTK": "square metre",
    "KWH": "kilowatt hour",
    "HUR": "hour",
    "DAY": "day",
    "MON": "month",
    "ANN": "year",
}
