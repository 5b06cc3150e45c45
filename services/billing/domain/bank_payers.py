"""Who a bank line is from or to: learned from confirmed matches, or by likeness to the names of those who owe."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from rapidfuzz import fuzz, utils

Party = tuple[str, str]
"""A school ("school", URN), a supplier ("supplier", id) or a nominal account ("account", code)."""

_WORDS: Final = re.compile(r"[A-Z0-9]+")
_STEM: Final = 4
_COMMON: Final = 60
_LIKE: Final = 84
_CLEAR: Final = 4
# Words that many payers share say nothing of who it is.
_NOISE: Final = frozenset(
    ("THE", "OF", "AND", "FOR", "LTD", "LIMITED", "PLC", "LLP", "BACS", "BGC", "FPI", "FPO", "FASTER", "PAYMENT", "REF")
)

_MONTHS: Final = frozenset(("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"))


class Sighting(NamedTuple):
    """A party that a payer was matched to before, and how often."""

    party: Party
    times: int


class Guess(NamedTuple):
    """A party that a line may be from or to, how sure (0 to 30), and why."""

    party: Party
    weight: int
    reason: str


def payer_key(name: str) -> str:
    """A payer's name for comparing: capitals, letters and digits only, single blanks."""
    return " ".join(_WORDS.findall(name.upper()))


def nominal_key(counterparty: str, reference: str) -> str:
    """What a bank charge or interest is recognised by: its words without numbers and months, which change."""
    words = _WORDS.findall(f"{counterparty} {reference}".upper())
    return " ".join(word for word in words if word.isalpha() and word[:3] not in _MONTHS)


class Payers:
    """The parties that money may be from or to, found by name."""

    def __init__(self, names: Mapping[Party, str], seen: Mapping[str, Iterable[Sighting]]) -> None:
        """`names` of parties that something is open with; `seen` by payer_key or nominal_key or account number."""
        self._names = {party: utils.default_process(name) for party, name in names.items()}
        self._seen = seen
        self._by_stem: dict[str, list[Party]] = defaultdict(list)
        for party, name in names.items():
            for stem in _stems(name):
                self._by_stem[stem].append(party)
        self._found: dict[tuple[str, str], list[Guess]] = {}

    def of(self, counterparty: str, account: str = "") -> list[Guess]:
        """The likeliest parties of a payer, the surest first; several where the name leaves it open."""
        key = counterparty, account
        if key not in self._found:
            self._found[key] = self._learned(counterparty, account) or self._named(counterparty)
        return self._found[key]

    def nominal(self, counterparty: str, reference: str) -> list[Guess]:
        """The accounts that lines which read alike were posted to by a person."""
        seen = self._seen.get(nominal_key(counterparty, reference), ())
        return [
            Guess(each.party, 30, f"posted so {_times(each.times)} before")
            for each in seen
            if each.party[0] == "account"
        ]

    def _learned(self, counterparty: str, account: str) -> list[Guess]:
        for key, what in (
            (account, "paid from the same account before"),
            (payer_key(counterparty), "payer seen before"),
        ):
            seen = [each for each in self._seen.get(key, ()) if each.party[0] != "account"] if key else []
            if seen:
                weight = 30 if len(seen) == 1 else 18
                return [Guess(each.party, weight, what) for each in sorted(seen, key=lambda each: -each.times)[:8]]
        return []

    def _named(self, counterparty: str) -> list[Guess]:
        name = utils.default_process(counterparty)
        near = sorted(
            {party for stem in _stems(counterparty) for party in self._rare(stem)},
            key=lambda party: (self._names[party] != name, party),
        )
        scored = sorted(((_likeness(name, self._names[party]), party) for party in near), reverse=True)[:4]
        if not scored or scored[0][0] < _LIKE:
            return []
        best = scored[0][0]
        close = [party for score, party in scored if score >= max(_LIKE, best - _CLEAR)]
        if len(close) > 1:
            return [Guess(party, 12, "payer's name is like this one among others") for party in close]
        exact = self._names[close[0]] == name
        reason = "payer has this name" if exact else "payer's name is like this one"
        return [Guess(close[0], 26 if exact else 20, reason)]

    def _rare(self, stem: str) -> list[Party]:
        parties = self._by_stem.get(stem, [])
        return parties if len(parties) <= _COMMON else []


def _stems(name: str) -> set[str]:
    words = (word for word in _WORDS.findall(name.upper()) if word not in _NOISE)
    return {word[:_STEM] if word.isalpha() else word for word in words}


def _likeness(one: str, other: str) -> float:
    """Both names whole, or the shorter one a part of the other: banks cut names to 18 characters."""
    cut = fuzz.partial_ratio(one, other) - 3 if min(len(one), len(other)) >= 10 else 0
    return max(fuzz.token_sort_ratio(one, other), cut)


def _times(count: int) -> str:
    return "once" if count == 1 else "twice" if count == 2 else f"{count} times"
