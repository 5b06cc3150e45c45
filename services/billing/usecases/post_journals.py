"""Post an entry by hand: one person proposes it with a reason, another approves it; its mirror image takes it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row

from chassis.actor import Actor
from chassis.database import Database
from chassis.event_log import append
from chassis.numbers import next_numbers
from contracts.errors import NotFound, VersionConflict
from contracts.london import london_today
from services.billing.domain.manual_journal import (
    JournalDecided,
    JournalLine,
    ProposerApproves,
    check_journal,
    journal_entry,
)
from services.billing.storage import chart, ledger, manual_journals, periods


@dataclass(frozen=True, slots=True)
class JournalView:
    """A journal with its lines."""

    head: Row[Any]
    lines: Sequence[Row[Any]]


def list_journals(
    database: Database, actor: Actor, *, state: str | None, after: str, limit: int
) -> tuple[list[Row[Any]], str | None]:
    """A page of journals, the latest first, and where the next begins."""
    with database.transaction(actor) as connection:
        found = manual_journals.list_journals(connection, state=state, after=after, limit=limit + 1)
    return found[:limit], found[limit - 1].number if len(found) > limit else None


def get_journal(database: Database, actor: Actor, journal_id: str) -> JournalView:
    """One journal. Raises NotFound."""
    with database.transaction(actor) as connection:
        return _view(connection, journal_id)


def propose_journal(
    database: Database, actor: Actor, dated_on: date, why: str, lines: Sequence[JournalLine]
) -> JournalView:
    """Propose an entry on a day whose month is open; nothing is posted before a second person approves it.

    The other managers are told.

    Raises JournalInFuture, JournalTooOld, AccountNotPostable, JournalNotBalanced, PeriodClosed.
    """
    with database.transaction(actor) as connection:
        return _propose(connection, actor, dated_on, why, lines)


def approve_journal(database: Database, actor: Actor, journal_id: str, version: int) -> JournalView:
    """Post exactly what was seen (`version`), on its day.

    Raises NotFound, VersionConflict, JournalDecided, ProposerApproves, PeriodClosed.
    """
    with database.transaction(actor) as connection:
        head = _in_state(connection, journal_id, version, "proposed")
        if head.proposer_id == actor.person_id:
            raise ProposerApproves("You proposed this journal: somebody else approves it.")
        periods.refuse_closed(connection, head.dated_on)
        lines = [
            JournalLine(line.account, line.debit_pence, line.credit_pence)
            for line in manual_journals.journal_lines(connection, journal_id)
        ]
        check_journal(lines, _postable(connection), head.dated_on, london_today())
        ledger.post(connection, [journal_entry(journal_id, head.number, head.dated_on, head.why, lines)], actor.name)
        manual_journals.decide(connection, journal_id, "posted", actor.name, actor.person_id, "")
        return _view(connection, journal_id)


def decline_journal(database: Database, actor: Actor, journal_id: str, version: int, why: str) -> JournalView:
    """Let nothing come of a proposed journal, another's or one's own.

    Raises NotFound, VersionConflict, JournalDecided.
    """
    with database.transaction(actor) as connection:
        _in_state(connection, journal_id, version, "proposed")
        manual_journals.decide(connection, journal_id, "declined", actor.name, actor.person_id, why)
        return _view(connection, journal_id)


def take_journal_back(database: Database, actor: Actor, journal_id: str, version: int, why: str) -> JournalView:
    """Propose the mirror image of a posted journal on the same day, for a reason: a journal that another approves.

    Raises NotFound, VersionConflict, JournalDecided, and PeriodClosed once its month is closed: what is wrong then is
    put right by a journal of an open month.
    """
    with database.transaction(actor) as connection:
        head = _in_state(connection, journal_id, version, "posted")
        if head.taken_back_by_number:
            raise JournalDecided(f"{head.taken_back_by_number} takes this journal back already.")
        mirror = [
            JournalLine(line.account, debit_pence=line.credit_pence, credit_pence=line.debit_pence)
            for line in manual_journals.journal_lines(connection, journal_id)
        ]
        why = f"Takes back {head.number}: {why}"
        return _propose(connection, actor, head.dated_on, why, mirror, takes_back_id=journal_id)


def _propose(
    connection: Connection,
    actor: Actor,
    dated_on: date,
    why: str,
    lines: Sequence[JournalLine],
    takes_back_id: str | None = None,
) -> JournalView:
    pence = check_journal(lines, _postable(connection), dated_on, london_today())
    periods.refuse_closed(connection, dated_on)
    head = {
        "manual_journal_id": str(uuid4()),
        "number": next_numbers(connection, "MJ", 1)[0],
        "dated_on": dated_on,
        "why": why,
        "pence": pence,
        "proposed_by": actor.name,
        "proposer_id": actor.person_id,
        "takes_back_id": takes_back_id,
    }
    manual_journals.add_journal(connection, head, lines)
    view = _view(connection, str(head["manual_journal_id"]))
    _tell_proposed(connection, view.head)
    return view


def _tell_proposed(connection: Connection, head: Row[Any]) -> None:
    told = ("manual_journal_id", "number", "why", "pence", "proposed_by", "proposer_id")
    body = {
        **{name: getattr(head, name) for name in told},
        "dated_on": head.dated_on.isoformat(),
        "proposed_at": f"{head.proposed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    append(connection, "ManualJournalProposed", key=f"manual_journal:{head.manual_journal_id}", body=body)


def _postable(connection: Connection) -> set[str]:
    return {account.code for account in chart.accounts(connection)}


def _in_state(connection: Connection, journal_id: str, version: int, state: str) -> Row[Any]:
    head = manual_journals.locked_journal(connection, journal_id)
    if head is None:
        raise NotFound("There is no such journal.")
    if head.version != version:
        raise VersionConflict("Somebody else decided on this journal. Look at it again.")
    if head.state != state:
        raise JournalDecided(f"This journal is {head.state}.")
    return head


def _view(connection: Connection, journal_id: str) -> JournalView:
    head = manual_journals.find_journal(connection, journal_id)
    if head is None:
        raise NotFound("There is no such journal.")
    return JournalView(head, manual_journals.journal_lines(connection, journal_id))
