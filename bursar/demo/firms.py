"""What the demo's suppliers keep of themselves: where they are paid, a change on its way, a price list proposed."""

import csv
import io
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from bursar.demo.alliance import COLLEAGUES
from bursar.demo.people import Cast
from chassis.actor import SERVICE, Actor
from chassis.database import Database
from contracts.london import london_day, london_today
from contracts.working_days import add_working_days
from services.catalogue.usecases.export_price_list import write_price_list
from services.catalogue.usecases.import_price_list import SentList, compare_price_list, list_proposed
from services.catalogue.usecases.read_catalogue import list_contracts
from services.members.domain.bank_details import Account, BankDetails, Safeguards
from services.members.storage.bank_details import add_bank_details, bank_details_of
from services.members.storage.suppliers import find_supplier
from services.members.usecases.change_bank_details import propose, put_in_force

_CONTRACT: Final = "C-STATIONERY"
_LISTED: Final = 4
_DEARER: Final = Decimal("1.02")


def record_accounts(members: Database, cast: Cast, now: datetime) -> None:
    """Give every supplier bank details that have long been confirmed, and one a change that waits for a second person.

    What was agreed before the demo's day is written with its own dates, as the waiting time cannot be waited for here.
    """
    manager = cast.manager
    with members.transaction(SERVICE) as connection:
        for number, (supplier_id, seller) in enumerate(cast.suppliers.items(), start=1):
            if not bank_details_of(connection, supplier_id):
                name = find_supplier(connection, supplier_id)
                account = Account(name.name if name else "", f"2045{number:02d}", f"7700{number:04d}")
                telephone = name.telephone if name else None
                add_bank_details(connection, _agreed(supplier_id, account, seller, manager, telephone, now))
    put_in_force(members)
    seller = next(actor for actor in cast.suppliers.values() if actor.name == COLLEAGUES[0].beside)
    with members.transaction(SERVICE) as connection:
        known = bank_details_of(connection, seller.supplier_id or "")
    if len(known) == 1:
        propose(members, seller, seller.supplier_id or "", known[0].account.account_name, "20-99-10", "77019901")


def propose_price_list(catalogue: Database, cast: Cast) -> None:
    """Let a supplier propose prices of two in a hundred more for some articles; the manager has yet to see them."""
    contract = next(each for each in list_contracts(catalogue, SERVICE) if each["reference"] == _CONTRACT)
    contract_id = str(contract["contract_id"])
    if list_proposed(catalogue, SERVICE, contract_id):
        return
    heading, *rows = csv.reader(io.StringIO(write_price_list(catalogue, SERVICE, contract_id)))
    steps = [place for place, name in enumerate(heading) if name.startswith("price from")]
    for row in rows[:_LISTED]:
        for place in steps:
            row[place] = f"{Decimal(row[place]) * _DEARER:.2f}" if row[place] else ""
    written = io.StringIO()
    csv.writer(written).writerows([heading, *rows[:_LISTED]])
    seller = cast.suppliers[str(contract["supplier_id"])]
    sent = SentList(written.getvalue().encode(), "Prices from next month.csv", whole=False, from_day=None)
    compare_price_list(catalogue, seller, contract_id, sent, london_today())


def _agreed(
    supplier_id: str, account: Account, seller: Actor, manager: Actor, telephone: str | None, now: datetime
) -> BankDetails:
    proposed = now - timedelta(days=60)
    return BankDetails(
        bank_details_id=str(uuid.uuid4()),
        supplier_id=supplier_id,
        account=account,
        proposed_by_id=seller.person_id or "",
        proposed_by=seller.name,
        proposed_at=proposed,
        trusted_telephone=telephone,
        confirmed_by_id=manager.person_id,
        confirmed_by=manager.name,
        confirmed_at=proposed + timedelta(hours=3),
        called_number=telephone,
        spoke_to=seller.name,
        effective_on=add_working_days(london_day(proposed + timedelta(hours=3)), Safeguards().waiting_days),
    )
