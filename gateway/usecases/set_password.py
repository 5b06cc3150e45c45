"""Give a person a first password, or another one."""

from chassis.actor import SERVICE
from chassis.database import Database
from gateway.domain import passwords
from gateway.storage.people import account_of, store_password
from gateway.storage.sessions import delete_sessions_of


def set_password(database: Database, person_id: str, password: str) -> None:
    """Set the password and revoke every session of the person. Raises PasswordTooWeak.

    The person need not be known yet: the password waits until the members service has told of them.
    """
    with database.transaction(SERVICE) as connection:
        account = account_of(connection, person_id)
        passwords.check_strength(password, email=account.email if account else "")
        store_password(connection, person_id, passwords.hash_of(password))
        delete_sessions_of(connection, person_id)
