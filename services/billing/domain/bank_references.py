"""Our references in the text of a bank line: whole ones, and what payers and banks leave of them."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

# Whole references only: "XB-000001/900001" or "B-000001/9000012" are somebody else's. Banks drop or change the
# punctuation, so each mark may be missing, or be others of the marks that Bacs carries.
_WHOLE: Final = re.compile(
    r"(?<![A-Z0-9])(?:(F?B)[-./&_ ]{0,3}(\d{6,8})[-./&_ ]{0,3}(\d{6})|(PR)[-./&_ ]{0,3}(\d{6})[-./&_ ]{0,3}(\d{2,4})"
    r"|(SI|CN|PR|FP)[-./&_ ]{0,3}(\d{6,8}))(?![A-Z0-9])"
)
_LIKE_DIGITS: Final = re.compile(r"(?<![A-Z])[\dOIL]*\d[\dOIL]*(?![A-Z])")
_AS_DIGITS: Final = str.maketrans("OIL", "011")
_RUNS: Final = re.compile(r"(?:(F?B|SI|CN|PR|FP)[A-Z]{0,4}[-./&_ #:]{0,3})?(\d+)")
_URN_DIGITS: Final = 6
_LEAST_DIGITS: Final = 3


class Fragment(NamedTuple):
    """Digits that may be part of a reference: what stood before them, and the digits that follow closely joined."""

    prefix: str
    digits: str


def references_in(text: str) -> list[str]:
    """Our whole references in a bank line's text, in our own spelling, without repeats, as they come."""
    return list(dict.fromkeys(_found(" ".join(text.upper().split()))))


def fragments_in(text: str) -> list[Fragment]:
    """Digits in a bank line's text that may be part of a reference of ours, misread letters as digits."""
    plain = _LIKE_DIGITS.sub(lambda found: found.group().translate(_AS_DIGITS), " ".join(text.upper().split()))
    found = [Fragment(match[1] or "", match[2]) for match in _RUNS.finditer(plain)]
    joined = [
        Fragment(one.prefix, one.digits + two.digits)
        for one, two in pairwise(found)
        if not two.prefix and len(one.digits) <= 8 and len(two.digits) <= 8
    ]
    return [each for each in (*joined, *found) if len(each.digits) >= _LEAST_DIGITS or each.prefix]


@lru_cache(maxsize=16_384)  # each open item is looked at for several lines
def digits_of(reference: str) -> str:
    """The digits of a reference of ours: "B-000001/900001" gives "000001900001"."""
    return "".join(filter(str.isdigit, reference))


def numbers_in(fragment: Fragment) -> list[int]:
    """Numbers of documents that a fragment may carry: its first six digits, or all of them where they are fewer."""
    digits = fragment.digits
    if len(digits) > 8:
        return [int(digits[:6])]
    return [int(digits)] if fragment.prefix or len(digits) >= 4 else []


def urns_in(fragment: Fragment) -> list[int]:
    """Schools' numbers that a fragment may carry: its last six digits."""
    return [int(fragment.digits[-_URN_DIGITS:])] if len(fragment.digits) >= _URN_DIGITS else []


def likeness(fragments: list[Fragment], reference: str) -> tuple[int, str]:
    """How much of a reference the fragments carry, from 0 to 40, and in which words.

    40 is all of its digits; less for each digit that is wrong, missing or exchanged with its neighbour, and for a
    reference that is cut short.
    """
    wanted = digits_of(reference)
    if not wanted:
        return 0, ""
    return max([_one(fragment, wanted) for fragment in fragments], default=(0, ""))


def _one(fragment: Fragment, wanted: str) -> tuple[int, str]:
    digits = fragment.digits
    if digits == wanted:
        return 40, "our reference, written differently"
    if len(digits) >= len(wanted) - 1:
        off = OSA.distance(digits, wanted, score_cutoff=2)
        if off <= 2:
            return 38 - 6 * off, f"reference {off} digit{'s' if off > 1 else ''} off"
    if len(wanted) > 8 and (found := _half(fragment, wanted)):
        return found
    if len(digits) >= 5 and (wanted.startswith(digits) or wanted.endswith(digits)):
        return min(30, 10 + 2 * len(digits)), "reference cut short"
    if fragment.prefix and digits.lstrip("0") == wanted[:6].lstrip("0"):
        return 28, "names the number"
    return 0, ""


def _half(fragment: Fragment, wanted: str) -> tuple[int, str] | None:
    """A bill's reference of which the number or the school is whole, and something else stands beside it."""
    digits = fragment.digits
    number, urn = wanted[:-_URN_DIGITS], wanted[-_URN_DIGITS:]
    if not digits.endswith(urn) and not digits.startswith(number):
        return None
    if fragment.prefix and digits.endswith(urn) and digits[:-_URN_DIGITS].lstrip("0") == number.lstrip("0"):
        return 38, "our reference, written differently"
    if digits.startswith(number) and wanted.startswith(digits):
        return 26 + min(4, len(digits) - len(number)), "reference cut short"
    if digits == urn:
        return 10, "names the school's number alone"
    if digits.endswith(urn) and number.endswith(digits[: -len(urn)]):
        return 24 + min(6, len(digits) - len(urn)), "reference cut short"
    return None


def _found(text: str) -> Iterator[str]:
    for match in _WHOLE.finditer(text):
        kind, number, urn, run, run_number, place, other, other_number = match.groups()
        if kind:
            yield f"{kind}-{number}/{urn}"
        else:
            yield f"{run}-{run_number}/{place}" if run else f"{other}-{other_number}"
