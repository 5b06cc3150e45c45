"""The contract planner, the rules it measures by, and its calendar with addresses that can be revoked."""

import hashlib
import secrets
import uuid
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from icalendar import Alarm, Calendar, Event
from sqlalchemy import Connection

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from services.catalogue.domain import planner
from services.catalogue.domain.contract import Contract
from services.catalogue.domain.procurement import ProcurementRules, check_rules
from services.catalogue.storage import planning
from services.catalogue.storage.categories import find_categories
from services.catalogue.storage.contracts import all_contracts, supplier_names

_REMIND_BEFORE: Final = timedelta(days=28)
_TITLES: Final = {"notice": "Last day to give notice", "end": "Contract ends"}
_TOKEN_BYTES: Final = 32


def read_planner(database: Database, actor: Actor, today: date) -> dict[str, Any]:
    """Coming days, what contracts are worth alone and by category, and terms that could end together."""
    with database.transaction(actor) as connection:
        contracts = all_contracts(connection)
        rules, _ = planning.procurement_rules(connection)
        names = supplier_names(connection)
        categories = find_categories(connection, {contract.category_code for contract in contracts})

    def named(contract: Contract) -> dict[str, Any]:
        return asdict(contract) | {
            "supplier_name": names[contract.supplier_id],
            "category_name": categories[contract.category_code].name,
        }

    return {
        "days": [
            {"day": planned.day, "kind": planned.kind, "contract": named(planned.contract)}
            for planned in planner.planned_days(contracts, today)
        ],
        "worths": [
            {"contract": named(found.contract), "worth": found.worth}
            for found in planner.worths(contracts, rules, today)
        ],
        "together": [
            {
                "category_code": found.category_code,
                "category_name": categories[found.category_code].name,
                "contracts": [named(contract) for contract in found.contracts],
                "worth": found.worth,
            }
            for found in planner.together_worths(contracts, rules, today)
        ],
        "alignments": [
            {
                "shared": found.shared,
                "ends_on": found.ends_on,
                "contracts": [{"contract": named(contract), "gains_days": days} for contract, days in found.gains],
            }
            for found in planner.alignments(contracts, today)
        ],
    }


def read_rules(database: Database, actor: Actor) -> tuple[ProcurementRules, int]:
    """All thresholds and quote tiers, and their version."""
    with database.transaction(actor) as connection:
        return planning.procurement_rules(connection)


def put_rules(database: Database, actor: Actor, rules: ProcurementRules, version: int) -> None:
    """Write all thresholds and quote tiers; `version` is what the editor saw.

    Raises VersionConflict, ProcurementRulesInvalid.
    """
    check_rules(rules)
    with database.transaction(actor) as connection:
        before, stands = planning.procurement_rules(connection)
        if stands != version:
            raise VersionConflict("Somebody else changed the thresholds meanwhile.")
        if before != rules:
            planning.save_rules(connection, rules)


def open_feed(database: Database, actor: Actor) -> dict[str, str]:
    """A new address of the calendar: its id, and the token, which is told this once."""
    feed_id, token = str(uuid.uuid4()), secrets.token_urlsafe(_TOKEN_BYTES)
    with database.transaction(actor) as connection:
        planning.add_feed(connection, feed_id, _hash(token), actor.name)
    return {"feed_id": feed_id, "token": token}


def list_feeds(database: Database, actor: Actor) -> list[dict[str, Any]]:
    """The addresses that are open."""
    with database.transaction(actor) as connection:
        return planning.open_feeds(connection)


def revoke_feed(database: Database, actor: Actor, feed_id: str) -> None:
    """Close an address of the calendar for good. Raises NotFound if it is not open."""
    with database.transaction(actor) as connection:
        if not planning.revoke_feed(connection, feed_id, actor.name):
            raise NotFound("There is no such calendar address.")


def read_feed(database: Database, token: str, today: date) -> bytes:
    """The calendar for whoever has the token: coming notice dates and ends of terms. Raises NotFound."""
    with database.transaction(SERVICE) as connection:
        if not planning.feed_opens(connection, _hash(token)):
            raise NotFound("There is no such calendar.")
        return _calendar(connection, today)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _calendar(connection: Connection, today: date) -> bytes:
    names = supplier_names(connection)
    calendar = Calendar()
    calendar.add("prodid", "-//Bursar//Contract planner//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Contracts")
    for planned in planner.planned_days(all_contracts(connection), today):
        calendar.add_component(_event(planned, names[planned.contract.supplier_id], today))
    written: bytes = calendar.to_ical()
    return written


def _event(planned: planner.PlannedDay, supplier: str, today: date) -> Event:
    title = f"{_TITLES[planned.kind]}: {planned.contract.title}"
    event = Event()
    event.add("uid", f"{planned.kind}-{planned.contract.contract_id}@bursar")
    event.add("dtstamp", datetime.combine(today, time(), UTC))
    event.add("dtstart", planned.day)
    event.add("dtend", planned.day + timedelta(days=1))
    event.add("summary", title)
    event.add("description", f"{supplier}, {planned.contract.reference}")
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -_REMIND_BEFORE)
    event.add_component(alarm)
    return event
