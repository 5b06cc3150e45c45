"""Tell of bank details: billing which account counts, and everybody concerned each step of a change."""

from sqlalchemy import Connection

from chassis.event_log import append
from services.members.domain.bank_details import BankDetails
from services.members.storage import people, supplier_changes, suppliers


def tell_of_account(connection: Connection, record: BankDetails) -> None:
    """The account that counts from a day on, for payment runs: the one event that carries the whole number."""
    append(
        connection,
        "SupplierBankDetailsRecorded",
        key=f"supplier:{record.supplier_id}",
        body={
            "supplier_id": record.supplier_id,
            "account_name": record.account.account_name,
            "sort_code": record.account.sort_code,
            "account_number": record.account.account_number,
            "from_on": None if record.effective_on is None else record.effective_on.isoformat(),
        },
    )


def tell_of_step(connection: Connection, record: BankDetails, step: str, by: str) -> None:
    """A step of a change ("proposed", "confirmed", "stopped", "in_force"), to every address that was ever a contact.

    Not only to the present ones: whoever has taken over a supplier's mailbox or account may have replaced those.
    """
    supplier = suppliers.find_supplier(connection, record.supplier_id)
    if supplier is None:
        raise LookupError(f"Bank details of a supplier that is not there: {record.supplier_id}")
    addresses = {supplier.email} | {
        change.value_before
        for change in supplier_changes.changes_of(connection, record.supplier_id)
        if change.field == "email" and change.value_before
    }
    addresses |= {person.email for person in people.people_of_supplier(connection, record.supplier_id)}
    append(
        connection,
        "BankDetailsChanging",
        key=f"supplier:{record.supplier_id}",
        body={
            "bank_details_id": record.bank_details_id,
            "supplier_id": record.supplier_id,
            "supplier_name": supplier.name,
            "step": step,
            "by": by,
            "account_ending": record.account.ending,
            "effective_on": None if record.effective_on is None else record.effective_on.isoformat(),
            "reason": record.stop_reason,
            "addresses": sorted(addresses, key=str.lower),
        },
    )
