"""What an approver needs to decide on an order: the worst case, limits, budgets, and what is different this time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import BrokenRule
from contracts.money import pounds
from services.orders.domain.approval import Approval, Approver, Exceeded, Limits, WorstCase, approve, exceeded
from services.orders.domain.budget import Position, beyond, vat_is_a_cost
from services.orders.domain.errors import BudgetExceeded
from services.orders.domain.offer import RoundOffer
from services.orders.domain.order import Person
from services.orders.domain.pricing import gross_of
from services.orders.domain.wanted import LastLine, WantedLine
from services.orders.domain.worst_case import WorstPart, worst_parts
from services.orders.storage import approvals, budgets, order_forms
from services.orders.storage.orders import OrderInRound
from services.orders.storage.round_offers import round_offers
from services.orders.storage.vat import own_offers
from services.orders.usecases.read_budgets import BudgetView, reserved_of, view_budgets
from services.orders.usecases.read_order import own_order

DELEGATED = "delegated"


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A category of the order: where its budget stands without it, what it takes at worst, and how much too much."""

    position: Position
    wanted_pence: int
    beyond_pence: int

    @property
    def after_pence(self) -> int | None:
        """What is left with the order, negative when it goes beyond; None without a budget."""
        left = self.position.left_pence
        return None if left is None else left - self.wanted_pence


@dataclass(frozen=True, slots=True)
class UnitChange:
    """Units of one thing before and now: 0 where it was not, or is no longer, ordered."""

    name: str
    unit: str
    before: int
    now: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs from what an approver last `decided` on, or else from the school's `last_order`."""

    compared_with: Literal["decided", "last_order"]
    title: str
    changes: Sequence[UnitChange]


@dataclass(frozen=True, slots=True)
class Review:
    """All of that; `names` are the categories'.

    `exceeded` are the limits that keep the asking person from approving, `refusal` the code of the rule that does, such
    as `own_order`; None where neither does.
    """

    found: OrderInRound
    worst: WorstCase
    limits: Limits
    first: Approval | None
    exceeded: Sequence[Exceeded]
    refusal: str | None
    budgets: BudgetView | None
    lines: Sequence[BudgetLine]
    comparison: Comparison | None
    reminded_at: datetime | None
    names: Mapping[str, str]


def review_order(database: Database, actor: Actor, round_id: str, urn: int) -> Review:
    """The review of the actor's own school's order. Raises NotFound, also for another school's order."""
    with database.transaction(actor) as connection:
        found = own_order(connection, actor, round_id, urn)
        known, _ = own_offers(connection, found.round, urn)
        wanted = order_forms.own_form(connection, round_id, urn).lines
        parts = parts_of(known, wanted)
        limits = approvals.find_limits(connection, urn)
        view = budgets_beside(connection, actor, found)
        worst = worst_case(parts)
        first = approvals.first_approval(connection, round_id, urn)
        return Review(
            found,
            worst,
            limits,
            first,
            exceeded(limits, actor.roles, worst),
            _refusal(found, first, approver_of(actor)),
            view,
            [] if view is None else budget_lines(view, parts),
            _comparison(connection, found, known, wanted),
            approvals.last_reminded(connection, round_id, urn),
            {offer.category_code: offer.category_name for offer in known.values()},
        )


def approver_of(actor: Actor) -> Approver:
    """Who approves when the actor does, and by whose authority."""
    return Approver(Person(actor.person_id or "", actor.name), actor.roles, actor.stands_in_for)


def _refusal(found: OrderInRound, first: Approval | None, approver: Approver) -> str | None:
    try:
        approve(found.order, first, approver, found.round.closes_at, two=False)
    except BrokenRule as fault:
        return fault.code
    return None


def parts_of(known: Mapping[str, RoundOffer], wanted: Sequence[WantedLine]) -> list[WorstPart]:
    """The most that the lines of an order can come to, with all charges."""
    return worst_parts((known[line.offer_id], line) for line in wanted)


def worst_case(parts: Sequence[WorstPart]) -> WorstCase:
    """The most that an order can cost, whole and by category."""
    return WorstCase(gross_of(parts), {code: net + vat for code, (net, vat) in reserved_of(parts).items()})


def budgets_beside(connection: Connection, actor: Actor, found: OrderInRound) -> BudgetView | None:
    """The school's budgets in the year of the round's delivery, without this order.

    None where another fund than the delegated budget pays.
    """
    round_id, on = found.round.round_id, found.round.delivery_from
    if found.order.fund != DELEGATED:
        return None
    return view_budgets(connection, actor, found.member.urn, None, on, without_round=round_id)


def budget_lines(view: BudgetView, parts: Sequence[WorstPart], offered: Iterable[str] = ()) -> list[BudgetLine]:
    """Each category of the order beside its budget, without one too; and those `offered` that have a budget."""
    counts_vat = vat_is_a_cost(view.type_code)
    wanted = {code: net + (vat if counts_vat else 0) for code, (net, vat) in reserved_of(parts).items()}
    standing = {position.category_code: position for position in view.positions}
    wanted |= {code: 0 for code in offered if code not in wanted and code in standing and standing[code].budget}
    too_much = beyond(view.positions, wanted)
    return [
        BudgetLine(standing.get(code) or Position(code, None), pence, too_much.get(code, 0))
        for code, pence in wanted.items()
    ]


def must_fit_hard_budgets(
    connection: Connection, actor: Actor, found: OrderInRound, parts: Sequence[WorstPart]
) -> None:
    """Raise BudgetExceeded if the order goes beyond a budget that the school has made hard.

    Two orders of one school at once wait for one another, so that they cannot both take the same money.
    """
    if not budgets.lock_hard_budgets(connection, found.member.urn):
        return
    view = budgets_beside(connection, actor, found)
    lines = [] if view is None else budget_lines(view, parts)
    hard = [line for line in lines if line.beyond_pence and line.position.budget and line.position.budget.hard]
    if hard:
        known = round_offers(connection, found.round)
        names = {offer.category_code: offer.category_name for offer in known.values()}
        first = hard[0]
        raise BudgetExceeded(
            f"At worst this order is £{pounds(first.beyond_pence)} beyond what the budget for"
            f" {names[first.position.category_code]} leaves, and your school lets nobody go beyond it."
        )


def _comparison(
    connection: Connection, found: OrderInRound, known: Mapping[str, RoundOffer], wanted: Sequence[WantedLine]
) -> Comparison | None:
    """None for a first order."""
    now = {line.offer_id: line.quantity + line.flexible for line in wanted}
    decided = approvals.decided_units(connection, found.round.round_id, found.member.urn)
    if decided is not None:
        names = {key: (known[key].name, known[key].unit) for key in {*decided, *now}}
        changes = [UnitChange(*names[key], decided.get(key, 0), now.get(key, 0)) for key in names]
        return Comparison("decided", "", _different(changes))
    last = order_forms.last_lines(connection, found.round, found.member.urn, known)
    return _since(last, known, now) if last else None


def _since(last: Sequence[LastLine], known: Mapping[str, RoundOffer], now: Mapping[str, int]) -> Comparison:
    before = {line.offer_id: line.quantity for line in last if line.offer_id is not None}
    changes = [
        UnitChange(known[key].name, known[key].unit, before.get(key, 0), now.get(key, 0)) for key in {*before, *now}
    ]
    changes += [UnitChange(line.name, "", line.quantity, 0) for line in last if line.offer_id is None]
    titles = sorted({f"{line.round_title} ({line.round_number})" for line in last})
    return Comparison("last_order", ", ".join(titles), _different(changes))


def _different(changes: Sequence[UnitChange]) -> list[UnitChange]:
    return sorted((each for each in changes if each.before != each.now), key=lambda each: each.name)
