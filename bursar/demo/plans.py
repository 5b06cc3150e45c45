"""The demo's rounds: one at each stage of its life, with what each school does in it."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from bursar.demo.alliance import JOINED, SCHOOLS, DemoSchool
from services.orders.domain.offer import RoundOffer
from services.orders.domain.round import Member
from services.orders.domain.terms import MinimumChoice
from services.orders.domain.wanted import WantedLine

OPEN_FOR: Final = timedelta(days=21)
DEADLINE: Final = time(16, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """A round: when it closes (days from today), what it offers, how far it is, and what each school does.

    `answers` maps URNs onto how far the school's order is; `usual` is what the others do. `pence_a_pupil` is about
    what a school spends on one line. `short` and `damaged` map URNs onto units of their first line that were so.
    `minimum_choice`: whether goods below a contract's minimum are left out or ordered with its small-order fee.
    `offered`: the suppliers of a closed round offer changes, which wait for the manager. `settled_directly`: they make
    out an invoice to each school, which pays it.
    """

    title: str
    contracts: tuple[str, ...]
    state: str
    closes_in_days: int
    lines: int
    pence_a_pupil: int
    usual: str = "approved"
    answers: Mapping[int, str] = field(default_factory=dict)
    receivers: int = len(SCHOOLS)
    short: Mapping[int, int] = field(default_factory=dict)
    damaged: Mapping[int, int] = field(default_factory=dict)
    minimum_choice: MinimumChoice = "drop"
    offered: bool = False
    settled_directly: bool = False

    def answer_of(self, school: DemoSchool) -> str:
        """How far this school's order is: silent, draft, submitted, returned or approved."""
        return self.answers.get(school.urn, self.usual)

    def closes_at(self, today: date) -> datetime:
        """The deadline, in UTC."""
        return datetime.combine(today + timedelta(days=self.closes_in_days), DEADLINE)

    def ordered_at(self, today: date, school: DemoSchool) -> datetime:
        """When this school sends its order: some days after the opening, in working hours."""
        spread = zlib.crc32(f"{self.title}/{school.urn}".encode())
        return self.closes_at(today) - OPEN_FOR + timedelta(days=1 + spread % 11, minutes=-(spread % 420))

    def delivery(self, today: date) -> tuple[date, date]:
        """The first and last day of delivery."""
        closes_on = self.closes_at(today).date()
        return closes_on + timedelta(days=10), closes_on + timedelta(days=17)


PLANS: Final = (
    RoundPlan(
        title="Autumn stationery and exercise books",
        contracts=("C-STATIONERY", "C-EXERCISE"),
        state="settled",
        closes_in_days=-75,
        lines=12,
        pence_a_pupil=40,
        answers={900012: "silent"},
    ),
    RoundPlan(
        title="Cleaning materials to the half-term",
        contracts=("C-CLEANING",),
        state="delivered",
        closes_in_days=-40,
        lines=9,
        pence_a_pupil=35,
        answers={900006: "silent", 900010: "submitted"},
        short={900007: 1},
    ),
    RoundPlan(
        title="Devices for the new year",
        contracts=("C-DEVICES",),
        state="ordered",
        closes_in_days=-14,
        lines=3,
        pence_a_pupil=600,
        answers={900002: "silent", 900006: "silent"},
        receivers=3,
        damaged={900003: 1},
        settled_directly=True,
    ),
    RoundPlan(
        title="Shared staff and energy for the spring",
        contracts=("C-SHARED", "C-ENERGY"),
        state="ordered",
        closes_in_days=-13,
        lines=12,
        pence_a_pupil=250,
        answers={900006: "silent"},
        receivers=2,
    ),
    RoundPlan(
        title="Licences and software for next year",
        contracts=("C-LICENCES",),
        state="closed",
        offered=True,
        closes_in_days=-2,
        lines=4,
        pence_a_pupil=400,
        answers={900003: "silent"},
    ),
    RoundPlan(
        title="Spring stationery, exercise books and cleaning",
        contracts=("C-STATIONERY", "C-EXERCISE", "C-CLEANING"),
        state="open",
        minimum_choice="pay_fee",
        closes_in_days=8,
        lines=15,
        pence_a_pupil=40,
        usual="silent",
        answers={
            900001: "draft",
            900002: "submitted",
            900003: "approved",
            900004: "approved",
            900005: "submitted",
            900006: "approved",
            900007: "returned",
            900008: "approved",
            900011: "draft",
        },
    ),
)


def wanted_by(school: DemoSchool, plan: RoundPlan, offers: Iterable[RoundOffer]) -> Sequence[WantedLine]:
    """What the school orders: always the same for the same round and catalogue."""

    def whim(offer: RoundOffer) -> int:
        return zlib.crc32(f"{plan.title}/{school.urn}/{offer.sku}".encode())

    member = Member(school.urn, school.name, school.phase, JOINED, None, school.type_code)
    eligible = sorted((offer for offer in offers if offer.is_for(member)), key=whim)
    return [_wanted(school, plan, offer, whim(offer)) for offer in eligible[: plan.lines]]


def _wanted(school: DemoSchool, plan: RoundPlan, offer: RoundOffer, whim: int) -> WantedLine:
    """Some lines offer a tenth more if that reaches a lower price; a few are wished at the second price only."""
    quantity = _quantity(school, plan, offer, whim)
    if offer.unit == "ANN":
        return WantedLine(offer.offer_id, quantity)
    only_cheaper = whim % 19 == 0 and len(offer.tiers) > 1
    return WantedLine(
        offer.offer_id,
        quantity,
        flexible=quantity // 10 + 1 if whim % 5 == 0 else 0,
        max_unit_price=offer.tiers[1].unit_price if only_cheaper else None,
    )


def _quantity(school: DemoSchool, plan: RoundPlan, offer: RoundOffer, whim: int) -> int:
    """About the plan's money a line, between half and one and a half of it; one of what is sold by the year."""
    if offer.unit == "ANN":
        return offer.minimum_quantity
    money = school.pupils * plan.pence_a_pupil * (50 + whim % 101) // 100
    return max(offer.minimum_quantity, round(money / (offer.tiers[0].unit_price * 100)))
