"""Open items by everything that a bank line may say of them: amount, number, school, party. Dictionaries, no search."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

from services.billing.domain.bank_payers import Party
from services.billing.domain.open_item import OpenItem

_Key = TypeVar("_Key")


def party_of(item: OpenItem) -> Party:
    """Whose item it is: a school's, a supplier's, or of whoever it is paid to."""
    if item.school_urn is not None:
        return "school", str(item.school_urn)
    return ("supplier", item.supplier_id) if item.supplier_id else ("payee", item.party)


class OpenIndex:
    """What is open, each item found in one step by amount, number, school's URN or party; the longest due first.

    `party` is that of each item, by document.
    """

    def __init__(self, items: Iterable[OpenItem]) -> None:
        self.by_amount: dict[int, list[OpenItem]] = defaultdict(list)
        self.by_number: dict[int, list[OpenItem]] = defaultdict(list)
        self.by_urn: dict[int, list[OpenItem]] = defaultdict(list)
        self.by_party: dict[Party, list[OpenItem]] = defaultdict(list)
        self.by_their_number: dict[str, list[OpenItem]] = defaultdict(list)
        self.party: dict[str, Party] = {}
        for item in items:
            party = self.party[item.document_id] = party_of(item)
            self.by_amount[item.open_pence].append(item)
            if item.reference:
                self.by_number[int(item.number.rpartition("-")[2].partition("/")[0])].append(item)
            self.by_party[party].append(item)
            if item.school_urn is not None:
                self.by_urn[item.school_urn].append(item)
            if item.their_number:
                self.by_their_number[folded_number(item.their_number)].append(item)

    def names(self) -> Mapping[Party, str]:
        """The name of every party that something is open with."""
        return {party: items[0].party for party, items in self.by_party.items()}

    def first(self, found: Mapping[_Key, list[OpenItem]], key: _Key, most: int) -> list[OpenItem]:
        """The first few items under a key; a key that is not there stays so."""
        return found.get(key, [])[:most]


def folded_number(number: str) -> str:
    """A supplier's own number for comparing: letters and digits, without zeros in front."""
    return "".join(filter(str.isalnum, number.upper())).lstrip("0")
