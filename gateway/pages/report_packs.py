"""Reports bound into one: the board's report and the annual review, whose parts the services give."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from contracts.london import london_today
from contracts.money import pounds
from contracts.report import Report, Section, section_from
from gateway.pages import ask
from gateway.pages.related_parties import academy_year, related_parties
from gateway.pages.report_sources import FUND, LEDGER, POSITION, SECTIONS, SOURCES, service_of


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a pack: the report it comes from, its place there, and its title in the pack."""

    source: str
    place: int
    title: str


@dataclass(frozen=True, slots=True)
class Pack:
    """What is bound together: its title, what it says it is, and its parts in their order."""

    title: str
    about: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A pack with its figures, and the days they are of as an address names them.

    `charts` says of each section which report draws its chart (name and place), if any.
    """

    report: Report
    period: Mapping[str, str]
    charts: Sequence[tuple[str, int] | None]


PARTIES: Final = "parties"
_SAVINGS: Final = Part("savings", 0, "Savings against the price alone, by category")
_CATEGORY: Final = Part("spending", 1, "Spending by category")
_SUPPLIER: Final = Part("spending", 2, "Spending by supplier")
_DELIVERIES: Final = Part("suppliers", 0, "How suppliers delivered")
_FUND: Final = Part(FUND, 0, "The partnership fund")

PACKS: Final = {
    "board": Pack(
        "Board’s report",
        "Where the alliance stands: what waits, what was saved and spent, what schools owe, the ledger and the fund.",
        (
            Part(POSITION, 0, "What waits"),
            _SAVINGS,
            Part("spending", 0, "Spending by school"),
            _CATEGORY,
            _DELIVERIES,
            Part("aged-debt", 0, "What schools owe"),
            _FUND,
            Part(PARTIES, 0, "Related parties"),
            Part(LEDGER, 0, "The ledger"),
        ),
    ),
    "review": Pack(
        "Annual review",
        "The year for its members: savings, spending, take-up, suppliers, the work of lead buyers and the fund.",
        (
            _SAVINGS,
            Part("savings", 1, "Savings by school and category"),
            _CATEGORY,
            _SUPPLIER,
            Part("take-up", 0, "Take-up by round"),
            _DELIVERIES,
            Part("workload", 0, "The work of lead buyers"),
            _FUND,
        ),
    ),
}


def bind(name: str, period: Mapping[str, str]) -> Bound:
    """The pack with all its parts, asked of their services at the same time; of the year up to today unless told."""
    pack, days = PACKS[name], _days(period)
    asked = {"closed_from": days[0].isoformat(), "closed_to": days[1].isoformat()}
    sections = [
        replace(section, title=part.title)
        for part, section in zip(pack.parts, _sections(pack.parts, asked, days), strict=True)
    ]
    charts = [
        (part.source, part.place) if part.source in SOURCES and section.drawn else None
        for part, section in zip(pack.parts, sections, strict=True)
    ]
    saved, spent = sections[pack.parts.index(_SAVINGS)], sections[pack.parts.index(_CATEGORY)]
    return Bound(Report(name, pack.title, _sentence(saved, spent, days), sections), asked, charts)


def _sections(parts: Sequence[Part], asked: Mapping[str, str], days: tuple[date, date]) -> list[Section]:
    """The sections of these parts in their order: one call to each service, and two for the related parties."""
    of_services = {
        service: [part for part in parts if part.source != PARTIES and service_of(part.source) == service]
        for service in SECTIONS
    }
    reads: list[Callable[[], Any]] = [partial(_of_service, *each, asked) for each in of_services.items()]
    year, of_parties = academy_year(days[1]), [part for part in parts if part.source == PARTIES]
    if of_parties:
        reads.append(partial(ask.one, "members", "/interests"))
        reads.append(partial(ask.one, "billing", "/money-reports/supplier-totals", from_on=year[0], to_on=year[1]))
    told = ask.together(*reads)
    found: dict[Part, Section] = {}
    for wanted, given in zip(of_services.values(), told, strict=False):
        found |= zip(wanted, given, strict=True)
    for part in of_parties:
        found[part] = related_parties(told[-2], told[-1], year)[1]
    return [found[part] for part in parts]


def _days(period: Mapping[str, str]) -> tuple[date, date]:
    to_on = date.fromisoformat(period["closed_to"]) if "closed_to" in period else london_today()
    from_on = date.fromisoformat(period["closed_from"]) if "closed_from" in period else to_on - timedelta(days=365)
    return from_on, to_on


def _of_service(service: str, parts: Sequence[Part], asked: Mapping[str, str]) -> list[Section]:
    source = SECTIONS[service]
    wanted = [f"{part.source}.{part.place}" for part in parts]
    told = ask.one(source.service, source.path, part=wanted, **source.params(asked))
    return [section_from(each) for each in told["sections"]]


def _sentence(savings: Section, spending: Section, days: tuple[date, date]) -> str:
    saved, spent = savings.sums(), spending.sums()
    share = f", {saved['saved_pence'] * 100 / saved['alone_pence']:.1f} %," if saved["alone_pence"] else ""
    return (
        f"From {days[0]:%-d %B %Y} to {days[1]:%-d %B %Y} the schools saved £{pounds(saved['saved_pence'])}{share} by"
        f" ordering together; they ordered for £{pounds(spent['ordered_pence'])} without VAT, of which"
        f" £{pounds(spent['billed_pence'])} are billed."
    )
