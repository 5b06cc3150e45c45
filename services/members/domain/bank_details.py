"""A supplier's bank details, and how they change: two people, a waiting time, everybody told, and a way to stop it.

The commonest fraud on those who pay invoices is a letter with a new account number. So nobody confirms their own
change; the second person is one whom the proposer cannot have brought along, or the alliance, which has called a
number that it held before; and who confirms types the number again, without having been shown it.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from contracts.working_days import add_working_days
from services.members.domain.errors import BankDetailsInvalid, BankDetailsMismatch

State = Literal["proposed", "waiting", "in_force", "replaced", "stopped"]

LONGEST_NAME: Final = 70
"""Of an account, as banks compare it (Pay.UK, Confirmation of Payee)."""

_SORT_CODE: Final = re.compile(r"[0-9]{6}")
_ACCOUNT_NUMBER: Final = re.compile(r"[0-9]{8}")
_LATIN: Final = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Safeguards:
    """How long a confirmed change waits, in working days, and for how many days a contact is held to be trusted."""

    waiting_days: int = 3
    trusted_after_days: int = 30
    version: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """Where a supplier is paid: `sort_code` has six digits, `account_number` eight."""

    account_name: str
    sort_code: str
    account_number: str

    @property
    def ending(self) -> str:
        """The last four digits of the number: all that is shown of it."""
        return self.account_number[-4:]


@dataclass(frozen=True, slots=True)
class BankDetails:
    """One account of a supplier, and what has become of it.

    `trusted_telephone` is the number to call back, as held before the change; None if there is none. `effective_on`
    is the day from which it counts, set when it is confirmed.
    """

    bank_details_id: str
    supplier_id: str
    account: Account
    proposed_by_id: str
    proposed_by: str
    proposed_at: datetime
    trusted_telephone: str | None
    confirmed_by_id: str | None = None
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    called_number: str | None = None
    spoke_to: str | None = None
    effective_on: date | None = None
    in_force_at: datetime | None = None
    replaced_at: datetime | None = None
    stopped_by: str | None = None
    stopped_at: datetime | None = None
    stop_reason: str | None = None
    version: int = 1

    @property
    def state(self) -> State:
        """What has become of the details."""
        if self.stopped_at is not None:
            return "stopped"
        if self.replaced_at is not None:
            return "replaced"
        if self.in_force_at is not None:
            return "in_force"
        return "proposed" if self.confirmed_at is None else "waiting"


@dataclass(frozen=True, slots=True)
class TelephoneChange:
    """A change of a supplier's telephone number; `trusted` if the alliance itself made it."""

    at: datetime
    before: str | None
    trusted: bool


def tidy_account(account_name: str, sort_code: str, account_number: str) -> Account:
    """The details as they are kept, digits alone. Raises BankDetailsInvalid with every fault, by field."""
    account = Account(" ".join(account_name.split()), _digits(sort_code), _digits(account_number))
    faults: dict[str, str] = {}
    if not 1 <= len(account.account_name) <= LONGEST_NAME:
        faults["account_name"] = f"Enter the name on the account, up to {LONGEST_NAME} characters."
    elif not _LATIN.search(unicodedata.normalize("NFKD", account.account_name)):
        faults["account_name"] = "Enter the name as the bank writes it, in the letters A to Z."
    if not _SORT_CODE.fullmatch(account.sort_code) or not account.sort_code.strip("0"):
        faults["sort_code"] = "Enter the sort code: six digits, such as 20-00-00."
    if not _ACCOUNT_NUMBER.fullmatch(account.account_number) or not account.account_number.strip("0"):
        faults["account_number"] = "Enter the account number: eight digits. Put 0 before one of seven."
    if faults:
        raise BankDetailsInvalid("The bank details do not hold together.", fields=faults)
    return account


def must_match(account: Account, sort_code: str, account_number: str) -> None:
    """Raise BankDetailsMismatch unless who confirms typed the very numbers that were proposed."""
    if (_digits(sort_code), _digits(account_number)) != (account.sort_code, account.account_number):
        fault = "These are not the numbers that were proposed. Ask again, and stop the change if they still differ."
        raise BankDetailsMismatch(fault, fields={"account_number": fault})


def trusted_telephone(
    current: str | None, changes: Sequence[TelephoneChange], proposed_at: datetime, safeguards: Safeguards
) -> str | None:
    """The number to call back: the last one that was held long enough, or was recorded by the alliance.

    `changes` are all of the supplier's telephone number, the newest first.
    """
    held_since = proposed_at - timedelta(days=safeguards.trusted_after_days)
    number = current
    for change in changes:
        if change.trusted or change.at <= held_since:
            break
        number = change.before
    return number


def effective_on(confirmed_on: date, safeguards: Safeguards) -> date:
    """The day from which confirmed details count."""
    return add_working_days(confirmed_on, safeguards.waiting_days)


def _digits(text: str) -> str:
    return re.sub(r"[\s-]", "", text)
