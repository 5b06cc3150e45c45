"""Giving every line its likeliest proposal so that no two lines settle the same document.

Lines that compete for documents are looked at together: where each proposal is of one document, the choice with the
highest scores altogether is found exactly (the Hungarian method); elsewhere, and among very many, the highest score
goes first.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from services.billing.domain.bank_money import Proposal

_MOST_EXACTLY: Final = 40
_NOWHERE: Final = 10**9


def assign(proposals: Mapping[str, Sequence[Proposal]]) -> dict[str, Proposal]:
    """By line, the proposal that it gets; lines that get none are left out.

    A document is given to several lines only by proposals that pay parts of it.
    """
    chosen: dict[str, Proposal] = {}
    for lines in _competing(proposals):
        part = {line: proposals[line] for line in lines}
        exactly = 1 < len(lines) <= _MOST_EXACTLY and all(
            len(each.documents) <= 1 for found in part.values() for each in found
        )
        chosen |= _highest_together(part) if exactly else _highest_first(part)
    return chosen


def takes(proposal: Proposal) -> list[str]:
    """The documents that a proposal settles in full, and so keeps from other lines; another bank line as well."""
    return [
        share.document_id
        for share in proposal.shares
        if share.document_id and (share.kind == "bank_line" or (share.item and share.pence == share.item.open_pence))
    ]


def _competing(proposals: Mapping[str, Sequence[Proposal]]) -> list[list[str]]:
    """Lines by what they compete for: two lines of different groups want no document in common."""
    leader = {line: line for line in proposals}

    def find(line: str) -> str:
        while leader[line] != line:
            leader[line] = line = leader[leader[line]]
        return line

    wants: dict[str, str] = {}
    for line, found in proposals.items():
        for proposal in found:
            for document in takes(proposal):
                other = wants.setdefault(document, line)
                leader[find(line)] = find(other)
    groups: dict[str, list[str]] = defaultdict(list)
    for line in proposals:
        groups[find(line)].append(line)
    return list(groups.values())


def _highest_first(proposals: Mapping[str, Sequence[Proposal]]) -> dict[str, Proposal]:
    ranked = sorted(
        ((proposal.score, line, proposal) for line, found in proposals.items() for proposal in found),
        key=lambda each: -each[0],
    )
    chosen: dict[str, Proposal] = {}
    taken: set[str] = set()
    for _, line, proposal in ranked:
        wanted = takes(proposal)
        if line not in chosen and taken.isdisjoint(wanted):
            chosen[line] = proposal
            taken.update(wanted)
    return chosen


def _highest_together(proposals: Mapping[str, Sequence[Proposal]]) -> dict[str, Proposal]:
    lines = list(proposals)
    documents: dict[str, int] = {}
    best: dict[tuple[int, int], Proposal] = {}
    for row, line in enumerate(lines):
        for proposal in proposals[line]:
            key = (takes(proposal) or [f"{line} {len(documents)}"])[0]
            place = documents.setdefault(key, len(documents))
            if (row, place) not in best or best[row, place].score < proposal.score:
                best[row, place] = proposal
    width = len(documents) + len(lines)  # a place of its own for a line that gets nothing
    costs = [[0 if place >= len(documents) else _NOWHERE for place in range(width)] for _ in lines]
    for (row, place), proposal in best.items():
        costs[row][place] = -proposal.score
    places = _cheapest(costs)
    return {line: best[row, places[row]] for row, line in enumerate(lines) if (row, places[row]) in best}


def _cheapest(costs: Sequence[Sequence[int]]) -> list[int]:
    """The column of each row so that the costs add up to least; there are no fewer columns than rows."""
    matching = _Matching(costs)
    for row in range(len(costs)):
        matching.place(row + 1)
    found = [0] * len(costs)
    for place, row in enumerate(matching.owner):
        if row and place:
            found[row - 1] = place - 1
    return found


class _Matching:
    """The Hungarian method: rows are placed one by one, each along the cheapest chain of columns that change hands.

    Rows and columns count from 1; 0 is nobody's. `owner` is the row of each column.
    """

    def __init__(self, costs: Sequence[Sequence[int]]) -> None:
        columns = len(costs[0])
        self.owner = [0] * (columns + 1)
        self._costs = costs
        self._by_row = [0] * (len(costs) + 1)
        self._by_column = [0] * (columns + 1)
        self._before = [0] * (columns + 1)

    def place(self, row: int) -> None:
        """Give a row a column, and move other rows where that costs less."""
        self.owner[0], column = row, 0
        least, seen = [_NOWHERE * 10] * len(self.owner), [False] * len(self.owner)
        while self.owner[column]:
            seen[column] = True
            column = self._next(column, least, seen)
        while column:
            before = self._before[column]
            self.owner[column] = self.owner[before]
            column = before

    def _next(self, column: int, least: list[int], seen: Sequence[bool]) -> int:
        row, free = self.owner[column], [place for place in range(1, len(seen)) if not seen[place]]
        for place in free:
            cost = self._costs[row - 1][place - 1] - self._by_row[row] - self._by_column[place]
            if cost < least[place]:
                least[place], self._before[place] = cost, column
        following = min(free, key=least.__getitem__)
        step = least[following]
        for place, reached in enumerate(seen):
            if reached:
                self._by_row[self.owner[place]] += step
                self._by_column[place] -= step
            else:
                least[place] -= step
        return following
