"""A plan for a recurring service, and a school's subscription to it: who may do what, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from contracts.money import line_net_pence
from contracts.vat import vat_pence
from services.orders.domain.approval import Approval, Approver, WorstCase
from services.orders.domain.errors import (
    ApprovedAlready,
    DatesOutOfOrder,
    EntitlementRefused,
    OwnRequest,
    PlanInUse,
    ReasonMissing,
    SubscriptionNotApproved,
    SubscriptionNotRequested,
)
from services.orders.domain.order import Person
from services.orders.domain.subscription_charge import Driver, Terms
from services.orders.domain.subscription_term import Billed, BillingPeriod, Days, year_of

SubscriptionState = Literal["requested", "declined", "approved", "ended"]

LONGEST_TERM_YEARS: Final = 15
"""Terms end: the longest that a plan may run. Contracts of schools are shorter."""
CHANGEABLE_IN_USE: Final = frozenset({"title", "description", "ends_on"})
"""What a plan may still change once a school has asked to join: what it costs and covers stands."""


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a subscribed school may draw on in each subscription year: three adviser days."""

    code: str
    name: str
    unit: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """A recurring service under a contract. `unit_price` is pounds for a driver's unit, or for the service, a year."""

    plan_id: str
    number: str
    contract_id: str
    supplier_id: str
    title: str
    description: str
    category_code: str
    category_name: str
    ledger_code: str
    driver: Driver
    unit_price: Decimal
    billing_period: BillingPeriod
    billed: Billed
    starts_on: date
    ends_on: date
    notice_days: int
    vat_class: str
    entitlements: tuple[Entitlement, ...]
    next_run_on: date | None
    version: int

    @property
    def term(self) -> Days:
        """The days on which it runs."""
        return Days(self.starts_on, self.ends_on)

    @property
    def terms(self) -> Terms:
        """What charging needs of it."""
        return Terms(self.term, self.driver, self.unit_price)

    def year_costs(self, quantity: int, vat: Decimal) -> WorstCase:
        """What a whole year costs at a quantity, with VAT in per cent: what a school's own limits are held against."""
        net = line_net_pence(quantity, self.unit_price)
        gross = net + vat_pence(net, vat)
        return WorstCase(gross, {self.category_code: gross})

    def year_at(self, today: date) -> Days:
        """The subscription year to speak of on a day: the running one, the first before the term, else the last."""
        return year_of(self.term, min(max(today, self.starts_on), self.ends_on))

    def must_start_between(self, starts_on: date, today: date) -> None:
        """Raise DatesOutOfOrder unless a school may subscribe from this day.

        It lies in the term, and not before the running year: what came before may be trued up already.
        """
        first = self.year_at(today).first
        if today > self.ends_on:
            raise DatesOutOfOrder("This service has ended.", fields={"starts_on": "The service has ended."})
        if not first <= starts_on <= self.ends_on:
            message = f"Choose a day from {first:%d %B %Y} to {self.ends_on:%d %B %Y}."
            raise DatesOutOfOrder("The service cannot start on that day.", fields={"starts_on": message})


def check_plan(starts_on: date, ends_on: date, entitlements: Sequence[Entitlement]) -> None:
    """Raise DatesOutOfOrder for a term that ends before it begins or runs too long, EntitlementRefused for repeats."""
    if ends_on < starts_on:
        raise DatesOutOfOrder("The term ends before it begins.", fields={"ends_on": "Choose a later day."})
    if ends_on >= starts_on.replace(day=1, year=starts_on.year + LONGEST_TERM_YEARS):
        message = f"A term has at most {LONGEST_TERM_YEARS} years."
        raise DatesOutOfOrder(message, fields={"ends_on": message})
    codes = [each.code for each in entitlements]
    faults = {
        f"entitlements.{place}.code": "Two entitlements bear this code."
        for place, code in enumerate(codes)
        if code in codes[:place]
    }
    if faults:
        raise EntitlementRefused("Each entitlement needs a code of its own.", fields=faults)


def check_change(plan: Plan, changes: Mapping[str, object], *, in_use: bool, today: date) -> None:
    """Raise PlanInUse for a change that would touch what schools have committed to.

    Once a school has asked to join, a plan may change its words and end earlier, but not before today: a longer term
    or another price is a new plan that schools join anew.
    """
    changed = {name for name, value in changes.items() if getattr(plan, name) != value}
    if not in_use or not changed:
        return
    fixed = sorted(changed - CHANGEABLE_IN_USE)
    if fixed:
        detail = "Schools have joined this service: what it costs and covers stands. Make a new plan instead."
        raise PlanInUse(detail, fields=dict.fromkeys(fixed, "This can no longer change."))
    ends_on = changes.get("ends_on", plan.ends_on)
    if isinstance(ends_on, date) and not min(today, plan.ends_on) <= ends_on <= plan.ends_on:
        message = "The term can only be shortened, and not into the past: schools have joined for this one."
        raise PlanInUse(message, fields={"ends_on": message})


@dataclass(frozen=True, slots=True)
class Subscription:
    """A school's subscription. `ends_on` is its last day, None as long as it runs to the end of the plan."""

    subscription_id: str
    plan_id: str
    school_urn: int
    starts_on: date
    state: SubscriptionState
    version: int
    ends_on: date | None = None
    requested_by: Person | None = None
    approved_by: Person | None = None
    approved_at: datetime | None = None
    first_approval: Approval | None = None
    reason: str | None = None

    @property
    def runs(self) -> bool:
        """Whether the school has committed to it: it is approved, or will end on a day that is known."""
        return self.state in ("approved", "ended")

    def covered(self, plan: Plan) -> Days | None:
        """The days on which the school has the service, None if the plan ended before they began."""
        return Days(self.starts_on, self.ends_on or plan.ends_on).within(plan.term)

    def approved(self, by: Approver, at: datetime, *, two: bool) -> "Subscription":
        """The subscription committed to; where `two` must approve, the first leaves it waiting for somebody else.

        Nobody approves what they asked for, nor what was asked for by whom they stand in for; one authority is not
        two. Raises SubscriptionNotRequested, OwnRequest, ApprovedAlready.
        """
        self._must_be_requested()
        acting = {by.person.person_id, by.authority_id}
        if self.requested_by is not None and self.requested_by.person_id in acting:
            raise OwnRequest("Somebody else at your school has to approve what you asked for.")
        first = self.first_approval
        if first is not None and not acting.isdisjoint({first.person.person_id, first.authority_id}):
            raise ApprovedAlready("You have approved it. Somebody else at your school has to approve it as well.")
        if two and first is None:
            return replace(self, first_approval=Approval(by.person, by.authority_id, at))
        return replace(self, state="approved", approved_by=by.person, approved_at=at)

    def declined(self, reason: str) -> "Subscription":
        """The request refused or taken back. Raises SubscriptionNotRequested, ReasonMissing."""
        self._must_be_requested()
        if not reason.strip():
            raise ReasonMissing("Say why not.", fields={"reason": "Say why not."})
        return replace(self, state="declined", reason=reason.strip())

    def left(self, ends_on: date, plan: Plan, today: date) -> "Subscription":
        """The subscription with its last day. Raises SubscriptionNotApproved, DatesOutOfOrder within the notice.

        Notice counts from today, or from the first day of a subscription that has yet to begin.
        """
        if self.state != "approved":
            raise SubscriptionNotApproved(f"Only an approved subscription can be ended: this one is {self.state}.")
        earliest = max(today, self.starts_on) + timedelta(days=plan.notice_days)
        if not min(earliest, plan.ends_on) <= ends_on <= plan.ends_on:
            message = (
                f"With {plan.notice_days} days’ notice the last day is {earliest:%d %B %Y} or later,"
                f" and at the latest {plan.ends_on:%d %B %Y}."
            )
            raise DatesOutOfOrder("The service cannot end on that day.", fields={"ends_on": message})
        return replace(self, state="ended", ends_on=ends_on)

    def must_have_covered(self, day: date, plan: Plan, today: date) -> None:
        """Raise SubscriptionNotApproved or DatesOutOfOrder unless the school had the service on this day, or has."""
        if not self.runs:
            raise SubscriptionNotApproved(f"This subscription is {self.state}.")
        covered = self.covered(plan)
        if covered is None or not covered.first <= day <= covered.last:
            message = f"Choose a day from {self.starts_on:%d %B %Y} to {self.ends_on or plan.ends_on:%d %B %Y}."
            raise DatesOutOfOrder("Your school does not have the service on that day.", fields={"used_on": message})
        if day > today:
            raise DatesOutOfOrder("That day is to come.", fields={"used_on": "Choose a day that has come."})

    def _must_be_requested(self) -> None:
        if self.state != "requested":
            raise SubscriptionNotRequested(f"This request is not waiting for approval: it is {self.state}.")


def remaining(entitlement: Entitlement, used: Decimal) -> Decimal:
    """What is left of an entitlement in a year; the whole year's from the day on which a school joins."""
    return entitlement.quantity - used


def check_use(entitlement: Entitlement, used: Decimal, more: Decimal) -> None:
    """Raise EntitlementRefused for more than is left."""
    left = remaining(entitlement, used)
    if more > left:
        message = f"Only {left.normalize():f} of {entitlement.name} are left in that year."
        raise EntitlementRefused(message, fields={"quantity": message})
