"""One element of a UBL document with its children at hand, and a list of what could not be read.

A document has up to a million elements, so children are walked once in C order instead of asking XPath for each.
"""

import re
from collections.abc import Callable, Iterator
from copy import copy
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeVar

from lxml import etree

from contracts import safe_xml

_PREFIXES: Final = {
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2": "cac:",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2": "cbc:",
}
_DEEPEST_FIGURE: Final = 3
_NUMBER: Final = re.compile(r"[+-]?(\d{1,14}(\.\d{0,12})?|\.\d{1,12})", re.ASCII)
_DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:\d\d)?", re.ASCII)
_MOST_FAULTS: Final = 100

Value = TypeVar("Value")


class Faults:
    """What could not be read, by the line of the file it stands on; the first hundred are told."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def add(self, line: int, reason: str) -> None:
        """Note a reason at a line of the file."""
        self.found.append((line, reason))

    def fields(self) -> dict[str, str]:
        """The reasons by "line N", those of one line together."""
        told: dict[str, str] = {}
        for line, reason in sorted(self.found[:_MOST_FAULTS], key=lambda fault: fault[0]):
            told[f"line {line}"] = f"{told[key]}; {reason}" if (key := f"line {line}") in told else reason
        return told


class Element:
    """An element that reads its children. What is missing or unreadable is noted, and something stands in for it.

    `rule` is the rule of EN 16931 that demands the child; without one it may be left out. An empty element counts as
    left out (PEPPOL-EN16931-R008). `currency` is the only one that amounts may be in (PEPPOL-EN16931-R051).
    """

    __slots__ = ("_below", "_children", "_currency", "_faults", "node")

    def __init__(self, node: etree._Element, faults: Faults, currency: str | None = None) -> None:
        self.node = node
        self._faults = faults
        self._currency = currency
        self._children: dict[str, etree._Element] = {}
        self._below: dict[str, dict[tuple[str, ...], etree._Element]] = {}
        for child in node:
            self._children.setdefault(short_name(child.tag), child)

    @property
    def faults(self) -> Faults:
        """What could not be read of the document so far."""
        return self._faults

    @property
    def line(self) -> int:
        """The line of the file on which the element begins."""
        return safe_xml.line_of(self.node)

    def fault(self, reason: str) -> None:
        """Note what is wrong with this element."""
        self._faults.add(self.line, reason)

    def child(self, *path: str) -> "Element | None":
        """The first child at the end of a path of first children."""
        node = self._leaf(path)
        return None if node is None else Element(node, self._faults, self._currency)

    def children(self, name: str) -> Iterator["Element"]:
        """Every child of this name."""
        if name in self._children:
            for node in self.node:
                if short_name(node.tag) == name:
                    yield Element(node, self._faults, self._currency)

    def nodes(self, name: str) -> Iterator[etree._Element]:
        """Every child of this name as it was parsed, for those of which there are tens of thousands."""
        node = self._children.get(name)
        return self.node.iterchildren(node.tag) if node is not None else iter(())

    def of(self, node: etree._Element) -> "Element":
        """A descendant as an element that notes its faults with this one's."""
        return Element(node, self._faults, self._currency)

    def in_currency(self, currency: str) -> "Element":
        """The same element, whose amounts must be in this currency."""
        found = copy(self)
        found._currency = currency
        return found

    def optional(self, *path: str) -> str | None:
        """The text of a descendant, or None where it is left out or empty."""
        node = self._leaf(path)
        return None if node is None else (node.text or "").strip() or None

    def text(self, rule: str, *path: str) -> str:
        """The text of a descendant that must be there."""
        found = self.optional(*path)
        if found is None:
            self.fault(f"{rule}: {_name(path)} is missing")
        return found or ""

    def attribute(self, name: str, *path: str) -> str | None:
        """An attribute of a descendant."""
        node = self._leaf(path)
        return None if node is None else node.get(name)

    def day(self, *path: str) -> date | None:
        """A date, as 2026-11-23."""
        return self._parsed(path, _read_day)

    def number(self, *path: str) -> Decimal | None:
        """A number that is no amount: a quantity, a rate."""
        return self._parsed(path, _read_number)

    def amount(self, *path: str) -> Decimal | None:
        """An amount in the document's currency."""
        found = self._parsed(path, _read_number)
        currency = self.attribute("currencyID", *path)
        if found is not None and currency and self._currency and currency != self._currency:
            self.fault(f"PEPPOL-EN16931-R051: {_name(path)} is in {currency[:10]}, the document in {self._currency}")
        return found

    def required_amount(self, rule: str, *path: str) -> Decimal:
        """An amount that must be there; nought stands in for it."""
        return self.needed(rule, path, self.amount(*path), Decimal(0))

    def needed(self, rule: str, path: tuple[str, ...], found: Value | None, instead: Value) -> Value:
        """What was found, or a fault under this rule and something instead."""
        if found is None and self.optional(*path) is None:
            self.fault(f"{rule}: {_name(path)} is missing")
        return instead if found is None else found

    def _parsed(self, path: tuple[str, ...], parse: Callable[[str], Value]) -> Value | None:
        raw = self.optional(*path)
        try:
            return None if raw is None else parse(raw)
        except ValueError:
            self.fault(f"{_name(path)} cannot be read: {(raw or '')[:40]}")
            return None

    def _leaf(self, path: tuple[str, ...]) -> etree._Element | None:
        child = self._children.get(path[0])
        if child is None or len(path) == 1:
            return child
        below = self._below.get(path[0])
        if below is None:
            below = self._below[path[0]] = {}
            _collect(child, (), below)
        return below.get(path[1:])


def _collect(node: etree._Element, path: tuple[str, ...], into: dict[tuple[str, ...], etree._Element]) -> None:
    """Every first descendant by its path, down to where documents have figures."""
    for child in node:
        at = (*path, short_name(child.tag))
        if at not in into:
            into[at] = child
            if len(at) < _DEEPEST_FIGURE:
                _collect(child, at, into)


@lru_cache(maxsize=1024)
def short_name(tag: str) -> str:
    """A tag as people write it: "cbc:ID"; of another namespace as it stands."""
    namespace, _, name = tag[1:].partition("}")
    prefix = _PREFIXES.get(namespace)
    return f"{prefix}{name}" if prefix else tag


def _name(path: tuple[str, ...]) -> str:
    return path[-1].partition(":")[2]


def _read_number(raw: str) -> Decimal:
    if not _NUMBER.fullmatch(raw):
        raise ValueError(raw)
    return Decimal(raw)


def _read_day(raw: str) -> date:
    found = _DAY.fullmatch(raw)
    if not found:
        raise ValueError(raw)
    return date.fromisoformat(found.group(1))
