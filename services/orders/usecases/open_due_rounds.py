"""Open rounds whose time has come, also while nothing ran."""

from datetime import datetime

import structlog

from chassis.actor import SERVICE
from chassis.database import Database
from chassis.event_log import append
from chassis.persistence import set_aside
from contracts.errors import BrokenRule
from services.orders.domain.errors import RoundNotDraft
from services.orders.storage import deadlines
from services.orders.usecases.plan_round import open_round

_log = structlog.get_logger()


def open_due_rounds(database: Database, now: datetime) -> list[str]:
    """Open every draft whose time has come; returns their ids.

    One that cannot be opened any more (its deadline has passed, or nothing is published under it) stays a draft, loses
    its time to open, and its managers are told why. Any other fault is tried again, and does not hold up the others.
    """
    with database.transaction(SERVICE) as connection:
        due = deadlines.rounds_to_open(connection, now)
    opened = []
    for round_id in due:
        with set_aside("round_not_opened", round_id=round_id):
            try:
                open_round(database, SERVICE, now, round_id, None)
                opened.append(round_id)
            except RoundNotDraft:
                _log.info("round_opened_elsewhere", round_id=round_id)
            except BrokenRule as fault:
                _keep_draft(database, round_id, fault, now)
    return opened


def _keep_draft(database: Database, round_id: str, fault: BrokenRule, now: datetime) -> None:
    reason = " ".join([fault.detail, *fault.fields.values()])
    _log.warning("round_not_opened", round_id=round_id, reason=reason)
    with database.transaction(SERVICE) as connection:
        kept = deadlines.keep_draft(connection, round_id, now)
        if kept is not None:
            body = {"round_id": round_id, "number": kept.number, "title": kept.title, "reason": reason}
            append(connection, "RoundOpeningFailed", key=f"round:{round_id}", body=body)
