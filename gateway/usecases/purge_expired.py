"""Remove what has expired: sessions, kept forms, counters of attempts, and what was sent long ago."""

from datetime import UTC, datetime, timedelta

from chassis.actor import SERVICE
from chassis.database import Database
from gateway.domain.sessions import KEPT_FORM
from gateway.domain.throttle import WINDOW
from gateway.storage.attempts import delete_counters_before
from gateway.storage.links import delete_link_sessions_ended_before
from gateway.storage.mail import delete_mail_before
from gateway.storage.pending_forms import delete_forms_before
from gateway.storage.sessions import delete_sessions_ended_before
from gateway.storage.webhooks import forget_deliveries_before
from gateway.usecases.invite import forget_old_invitations

# An expired session is remembered for a day, so that a form sent with it can still be kept for its person.
_REMEMBERED = timedelta(days=1)
_MAIL_REMEMBERED = timedelta(days=90)


def purge_expired(database: Database) -> int:
    """Remove every row that nothing can use any more; the number removed."""
    now = datetime.now(UTC)
    with database.transaction(SERVICE) as connection:
        return (
            delete_sessions_ended_before(connection, now - _REMEMBERED)
            + delete_forms_before(connection, now - KEPT_FORM)
            + delete_counters_before(connection, now - WINDOW)
            + forget_old_invitations(connection, now)
            + delete_link_sessions_ended_before(connection, now - _REMEMBERED)
            + delete_mail_before(connection, now - _MAIL_REMEMBERED)
            + forget_deliveries_before(connection, now - _MAIL_REMEMBERED)
        )
