"""The bank account that schools pay into, as bills, their documents and statements of account name it."""

from chassis.actor import SERVICE
from chassis.database import Database
from services.billing.domain.bill_document import PayInto
from services.billing.storage import bill_parties


def pay_into(database: Database, purpose: str) -> PayInto | None:
    """The account for a purpose (general, fund), None while none is told: all who get a bill may know it.

    So it is read as the service, whoever asks.
    """
    with database.transaction(SERVICE) as connection:
        found = bill_parties.pay_into(connection, purpose)
    return PayInto(found.name, found.sort_code, found.account_number) if found else None
