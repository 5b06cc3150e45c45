"""Change a supplier's bank details: proposed by one person, confirmed by another, in force after a waiting time.

Only this service writes them: each step looks at who asks, then runs as the service.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from contracts.errors import NotFound, VersionConflict
from contracts.london import london_day, london_today
from services.members.domain.bank_details import (
    Account,
    BankDetails,
    Safeguards,
    TelephoneChange,
    effective_on,
    must_match,
    tidy_account,
    trusted_telephone,
)
from services.members.domain.errors import BankDetailsPending, BankDetailsSettled, ConfirmationRefused
from services.members.storage import bank_details, people, supplier_changes, suppliers
from services.members.storage.directory import lock_directory
from services.members.usecases.tell_bank_details import tell_of_account, tell_of_step


def list_bank_details(database: Database, actor: Actor, supplier_id: str) -> Sequence[BankDetails]:
    """Everything there was, the newest first, for the supplier itself and the alliance. Raises NotFound."""
    with database.transaction(actor) as connection:
        if not _may_see(actor, supplier_id) or suppliers.find_supplier(connection, supplier_id) is None:
            raise NotFound("There is no such supplier.")
        return bank_details.bank_details_of(connection, supplier_id)


def propose(
    database: Database, actor: Actor, supplier_id: str, account_name: str, sort_code: str, account_number: str
) -> BankDetails:
    """Propose other bank details; what holds stays until these are confirmed and have waited. The same again is one.

    Raises NotFound, BankDetailsInvalid, BankDetailsPending while another change is on its way.
    """
    _must_see(actor, supplier_id)
    account, now = tidy_account(account_name, sort_code, account_number), datetime.now(UTC)
    with database.transaction(SERVICE) as connection:
        lock_directory(connection)
        supplier = suppliers.find_supplier(connection, supplier_id)
        if supplier is None:
            raise NotFound("There is no such supplier.")
        known = bank_details.bank_details_of(connection, supplier_id)
        pending = next((record for record in known if record.state in ("proposed", "waiting")), None)
        if pending is not None and (pending.account, pending.proposed_by_id) == (account, actor.person_id):
            return pending
        _must_be_new(known, account)
        changes = [
            TelephoneChange(change.changed_at, change.value_before, trusted=not change.by_supplier)
            for change in supplier_changes.changes_of(connection, supplier_id)
            if change.field == "telephone"
        ]
        safeguards = bank_details.find_safeguards(connection)
        record = BankDetails(
            bank_details_id=str(uuid.uuid4()),
            supplier_id=supplier_id,
            account=account,
            proposed_by_id=_person(actor),
            proposed_by=actor.name,
            proposed_at=now,
            trusted_telephone=trusted_telephone(supplier.telephone, changes, now, safeguards),
        )
        bank_details.add_bank_details(connection, record)
        tell_of_step(connection, record, "proposed", actor.name)
    return record


def confirm(
    database: Database,
    actor: Actor,
    supplier_id: str,
    bank_details_id: str,
    version: int,
    *,
    sort_code: str,
    account_number: str,
    spoke_to: str | None,
) -> BankDetails:
    """Confirm as the second person; the numbers are typed once more. The waiting time begins.

    The alliance confirms after it has called the number held from before, and says to whom it spoke. Raises NotFound,
    VersionConflict, BankDetailsSettled, ConfirmationRefused, BankDetailsMismatch.
    """
    with database.transaction(SERVICE) as connection:
        record = _locked(connection, actor, supplier_id, bank_details_id)
        if record.version != version:
            raise VersionConflict("Somebody else decided about these bank details meanwhile.")
        safeguards = bank_details.find_safeguards(connection)
        if record.state != "proposed":
            raise BankDetailsSettled("These bank details are not waiting to be confirmed.")
        _must_be_second(connection, actor, record, safeguards, spoke_to)
        must_match(record.account, sort_code, account_number)
        now = datetime.now(UTC)
        called = actor.kind == "alliance"
        confirmed = bank_details.save_bank_details(
            connection,
            replace(
                record,
                confirmed_by_id=_person(actor),
                confirmed_by=actor.name,
                confirmed_at=now,
                called_number=record.trusted_telephone if called else None,
                spoke_to=(spoke_to or "").strip() if called else None,
                effective_on=effective_on(london_day(now), safeguards),
            ),
        )
        tell_of_step(connection, confirmed, "confirmed", actor.name)
    return confirmed


def stop(database: Database, actor: Actor, supplier_id: str, bank_details_id: str, reason: str) -> BankDetails:
    """Stop a change before it counts; what held before goes on holding. Anybody who was told of it may; once is enough.

    Raises NotFound, BankDetailsSettled once it counts.
    """
    with database.transaction(SERVICE) as connection:
        record = _locked(connection, actor, supplier_id, bank_details_id)
        if record.state == "stopped":
            return record
        if record.state not in ("proposed", "waiting"):
            raise BankDetailsSettled("This change is over already. Ring the alliance if it is not of your making.")
        stopped = bank_details.save_bank_details(
            connection,
            replace(record, stopped_by=actor.name, stopped_at=datetime.now(UTC), stop_reason=reason.strip()),
        )
        tell_of_step(connection, stopped, "stopped", actor.name)
    return stopped


def put_in_force(database: Database) -> int:
    """Let confirmed details count whose day has come, in place of the earlier ones; how many there were."""
    with database.transaction(SERVICE) as connection:
        due = bank_details.due_bank_details(connection, london_today())
        for record in due:
            now = datetime.now(UTC)
            for earlier in bank_details.bank_details_of(connection, record.supplier_id):
                if earlier.state == "in_force":
                    bank_details.save_bank_details(connection, replace(earlier, replaced_at=now))
            saved = bank_details.save_bank_details(connection, replace(record, in_force_at=now))
            tell_of_account(connection, saved)
            tell_of_step(connection, saved, "in_force", "")
    return len(due)


def get_safeguards(database: Database) -> Safeguards:
    """How long changes wait, and how long a contact must be held to be trusted: no secret, to whomever they bind."""
    with database.transaction(SERVICE) as connection:
        return bank_details.find_safeguards(connection)


def put_safeguards(database: Database, actor: Actor, wanted: Safeguards, version: int) -> Safeguards:
    """Write the safeguards; details that are confirmed already keep their day. Raises VersionConflict."""
    with database.transaction(actor) as connection:
        lock_directory(connection)
        before = bank_details.find_safeguards(connection)
        if before.version != version:
            raise VersionConflict("Somebody else changed the safeguards meanwhile.")
        if replace(before, version=0) == replace(wanted, version=0):
            return before
        return bank_details.save_safeguards(connection, replace(wanted, version=version))


def _locked(connection: Connection, actor: Actor, supplier_id: str, bank_details_id: str) -> BankDetails:
    _must_see(actor, supplier_id)
    lock_directory(connection)
    record = bank_details.find_bank_details(connection, supplier_id, bank_details_id)
    if record is None:
        raise NotFound("There are no such bank details.")
    return record


def _must_be_second(
    connection: Connection, actor: Actor, record: BankDetails, safeguards: Safeguards, spoke_to: str | None
) -> None:
    """Raise ConfirmationRefused unless the actor is a second person whom the proposer cannot have brought along."""
    if actor.person_id == record.proposed_by_id:
        raise ConfirmationRefused("Nobody confirms bank details that they proposed themselves.")
    if actor.kind == "alliance":
        if record.trusted_telephone is None:
            raise ConfirmationRefused(
                "No telephone number of the supplier was held long enough before the change to be called back. Somebody"
                " else of the supplier has to confirm it."
            )
        if not (spoke_to or "").strip():
            raise ConfirmationRefused("Say to whom you spoke.", fields={"spoke_to": "Enter to whom you spoke."})
        return
    held_since = london_day(record.proposed_at) - timedelta(days=safeguards.trusted_after_days)
    person = people.find_person(connection, _person(actor))
    roles = () if person is None else person.roles
    if not any(role.supplier_id == record.supplier_id and role.starts_on <= held_since for role in roles):
        raise ConfirmationRefused(
            f"Whoever confirms has acted for the supplier for {safeguards.trusted_after_days} days before the change."
            " Ask a colleague who has, or the alliance’s business manager to call you back."
        )


def _must_be_new(known: Sequence[BankDetails], account: Account) -> None:
    if any(record.state in ("proposed", "waiting") for record in known):
        raise BankDetailsPending("Another change is on its way. Confirm or stop it first.")
    if any(record.state == "in_force" and record.account == account for record in known):
        raise BankDetailsPending("These are the bank details that hold already.")


def _may_see(actor: Actor, supplier_id: str) -> bool:
    return actor.kind == "alliance" or (actor.kind == "supplier" and actor.supplier_id == supplier_id)


def _must_see(actor: Actor, supplier_id: str) -> None:
    if not _may_see(actor, supplier_id):
        raise NotFound("There is no such supplier.")


def _person(actor: Actor) -> str:
    if actor.person_id is None:
        raise ConfirmationRefused("Bank details are changed by people, who are named.")
    return actor.person_id
