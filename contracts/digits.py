"""Whole numbers in what others wrote: digits 0 to 9, and no more of them than any number of ours has."""

import re
from typing import Final

_WHOLE: Final = re.compile(r"\d{1,12}", re.ASCII)


def as_whole(text: str) -> int | None:
    """The number that a text is; None for anything else, also for “²” and for a thousand digits."""
    return int(text) if _WHOLE.fullmatch(text) else None
