"""Load the demo from beginning to end."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime

from bursar.databases import database_of
from bursar.demo.certificates import record_certificates
from bursar.demo.desk import Desk
from bursar.demo.firms import propose_price_list, record_accounts
from bursar.demo.fund import keep_fund
from bursar.demo.interests import record_interests
from bursar.demo.leads import name_lead_buyers
from bursar.demo.matching import ask_for_a_credit
from bursar.demo.money import invoice_directly, invoice_round, pay
from bursar.demo.months import close_first_month
from bursar.demo.payments import pay_suppliers
from bursar.demo.people import give_passwords, load_people
from bursar.demo.plans import PLANS
from bursar.demo.rounds import bring, find_round
from bursar.demo.rules import set_rules
from bursar.demo.school_bills import dispute_bills, take_electronic_bills
from bursar.demo.services import bring_services, invoice_services
from bursar.demo.waiting import DemoStuck, until_applied
from chassis.actor import SERVICE
from contracts.topology import PRODUCERS
from services.catalogue.usecases.load_first_catalogue import load_first_catalogue
from services.catalogue.usecases.read_catalogue import list_contracts


class DemoRefused(Exception):
    """The demo's passwords are known to everybody, so it goes onto one's own machine only."""


def load_demo(environ: Mapping[str, str]) -> None:
    """Load everything that is not there yet. Workers must be running. Raises DemoRefused, DemoStuck."""
    if environ.get("BURSAR_ENV") != "embedded":
        raise DemoRefused("The demo is for an embedded Bursar only: everybody knows its passwords.")
    with ExitStack() as stack:
        members, catalogue, orders, billing = (stack.enter_context(database_of(part, environ)) for part in PRODUCERS)
        gateway = stack.enter_context(database_of("gateway", environ))
        cast = load_people(members)
        passwords = stack.enter_context(ThreadPoolExecutor(1)).submit(give_passwords, gateway, cast.person_ids)
        until_applied(catalogue, "members", members)
        load_first_catalogue(catalogue, SERVICE)
        name_lead_buyers(catalogue, cast.manager)
        record_certificates(catalogue, cast.manager, datetime.now(UTC).date())
        until_applied(orders, "members", members)
        until_applied(orders, "catalogue", catalogue)
        contracts = {contract["reference"]: contract["contract_id"] for contract in list_contracts(catalogue, SERVICE)}
        desk = Desk(orders, cast, datetime.now(UTC), contracts)
        brought = {plan.title: bring(desk, plan) for plan in PLANS}
        rounds = {plan.state: brought[plan.title] for plan in PLANS}
        bring_services(desk)
        set_rules(members, orders, cast, desk.now)
        record_accounts(members, cast, desk.now)
        record_interests(members, cast)
        propose_price_list(catalogue, cast)
        for producer, database in (("members", members), ("catalogue", catalogue), ("orders", orders)):
            until_applied(billing, producer, database)
        take_electronic_bills(desk, billing)
        invoice_services(desk, billing)
        for plan in PLANS:
            if plan.state in ("delivered", "settled"):
                invoice_round(desk, billing, plan, rounds[plan.state])
            if plan.settled_directly:
                invoice_directly(desk, billing, brought[plan.title])
        ask_for_a_credit(desk, billing)
        dispute_bills(desk, billing, rounds["delivered"])
        pay(desk, billing, settled=rounds["settled"], waiting=rounds["delivered"])
        keep_fund(desk, billing)
        pay_suppliers(desk, billing)
        close_first_month(desk, billing)
        until_applied(orders, "billing", billing)
        until_applied(orders, "members", members)
        until_applied(gateway, "members", members)
        passwords.result()
        _check(desk)


def _check(desk: Desk) -> None:
    """Raise DemoStuck unless each round is at its stage."""
    for plan in PLANS:
        found = find_round(desk, plan)
        if found is None or found.state != plan.state:
            raise DemoStuck(f"“{plan.title}” should be {plan.state} and is {found.state if found else 'not there'}.")
