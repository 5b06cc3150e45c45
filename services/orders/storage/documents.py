"""Documents of purchase orders: asked for, being made, made; kept for each revision.

A maker tells how far it is as it goes on. One that has told nothing for a while has died, and another starts anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from services.orders.domain.order_document import Rendered

SILENT_AFTER: Final = timedelta(seconds=60)
MOST_TRIES: Final = 4

_KEY = "purchase_order_id = :purchase_order_id AND revision = :revision AND audience = :audience AND form = :form"
_ASK_FOR_NEW = text("""
    WITH due AS (
        SELECT purchase_order_id, revision, supplier_id FROM purchase_order WHERE documents_revision < revision
        ORDER BY purchase_order_id LIMIT 200 FOR UPDATE SKIP LOCKED
    ), asked AS (
        INSERT INTO purchase_order_document (purchase_order_id, revision, audience, form, supplier_id, asked_at)
        SELECT purchase_order_id, revision, 'supplier', form, supplier_id, :now
        FROM due CROSS JOIN unnest(CAST(:forms AS text[])) AS form
        ON CONFLICT DO NOTHING
    )
    UPDATE purchase_order p SET documents_revision = due.revision FROM due
    WHERE p.purchase_order_id = due.purchase_order_id
""")
_ASK = text("""
    INSERT INTO purchase_order_document (purchase_order_id, revision, audience, form, supplier_id, root, asked_at)
    SELECT purchase_order_id, revision, :audience, :form, supplier_id, :root, :now
    FROM purchase_order WHERE purchase_order_id = :purchase_order_id
    ON CONFLICT (purchase_order_id, revision, audience, form) DO UPDATE
        SET state = 'queued', root = excluded.root, progress = 0, tries = 0, asked_at = excluded.asked_at,
            beat_at = NULL, made_at = NULL, code = NULL, reason = NULL, media_type = NULL, file_name = NULL,
            sha256 = NULL, content = NULL
        WHERE :again AND purchase_order_document.state IN ('refused', 'failed')
            OR purchase_order_document.state = 'made' AND purchase_order_document.root <> excluded.root
""")
_WAITS = "state = 'queued' OR state = 'making' AND beat_at < CAST(:now AS timestamptz) - CAST(:silent AS interval)"
_CLAIMED = """
    RETURNING d.purchase_order_id::text, d.revision, d.audience, d.form, d.root, d.tries
"""
_CLAIM = text(f"""
    UPDATE purchase_order_document d SET state = 'making', tries = d.tries + 1, progress = 0, beat_at = :now
    FROM (
        SELECT purchase_order_id, revision, audience, form FROM purchase_order_document WHERE {_WAITS}
        ORDER BY asked_at, form LIMIT 1 FOR UPDATE SKIP LOCKED
    ) next
    WHERE (d.purchase_order_id, d.revision, d.audience, d.form)
        = (next.purchase_order_id, next.revision, next.audience, next.form)
    {_CLAIMED}
""")  # noqa: S608 -- conditions of this module
_CLAIM_THIS = text(f"""
    UPDATE purchase_order_document d SET state = 'making', tries = d.tries + 1, progress = 0, beat_at = :now
    WHERE {_KEY} AND ({_WAITS})
    {_CLAIMED}
""")  # noqa: S608 -- conditions of this module
_BEAT = text(f"""
    UPDATE purchase_order_document SET progress = :progress, beat_at = :now WHERE {_KEY} AND state = 'making'
""")  # noqa: S608 -- conditions of this module
_MADE = text(f"""
    UPDATE purchase_order_document SET state = 'made', progress = 100, content = :content, media_type = :media_type,
        file_name = :file_name, sha256 = sha256(:content), made_at = :now
    WHERE {_KEY} AND state = 'making'
""")  # noqa: S608 -- conditions of this module
_NOT_MADE = text(f"""
    UPDATE purchase_order_document SET state = :state, code = :code, reason = :reason WHERE {_KEY} AND state = 'making'
""")  # noqa: S608 -- conditions of this module
_LOOKS = """
    revision, form, state, progress, code, reason, media_type, file_name, octet_length(content) AS size,
    encode(sha256, 'hex') AS sha256, asked_at, made_at, root
"""
_LIST = text(f"""
    SELECT {_LOOKS} FROM purchase_order_document
    WHERE purchase_order_id = :purchase_order_id AND audience = :audience ORDER BY revision DESC, form
""")  # noqa: S608 -- columns of this module
_FIND = text(f"SELECT {_LOOKS}, content FROM purchase_order_document WHERE {_KEY}")  # noqa: S608
_SIZE = text("SELECT count(*) FROM drop_line WHERE purchase_order_id = :purchase_order_id")
_REVISION = text("SELECT revision FROM purchase_order WHERE purchase_order_id = :purchase_order_id")


@dataclass(frozen=True, slots=True)
class Claim:
    """A document that this worker, and no other, is to make now; `tries` counts this try."""

    purchase_order_id: str
    revision: int
    audience: str
    form: str
    root: str
    tries: int

    @property
    def key(self) -> dict[str, Any]:
        """What names the row."""
        names = ("purchase_order_id", "revision", "audience", "form")
        return {name: getattr(self, name) for name in names}


def ask_for_new(connection: Connection, forms: Sequence[str], now: datetime) -> int:
    """Ask for these forms of every order whose revision has none yet; how many orders those are."""
    return connection.execute(_ASK_FOR_NEW, {"forms": list(forms), "now": now}).rowcount


def ask_for(
    connection: Connection,
    purchase_order_id: str,
    *,
    audience: str,
    form: str,
    root: str,
    now: datetime,
    again: bool = False,
) -> None:
    """Ask for one form of an order as it stands, unless it is there; `again` also where it was refused or failed."""
    names = {"purchase_order_id": purchase_order_id, "audience": audience, "form": form, "root": root}
    connection.execute(_ASK, {**names, "now": now, "again": again})


def claim(connection: Connection, now: datetime) -> Claim | None:
    """The document that has waited longest; None if none does."""
    row = connection.execute(_CLAIM, {"now": now, "silent": SILENT_AFTER}).one_or_none()
    return Claim(*row) if row else None


def claim_this(connection: Connection, wanted: dict[str, Any], now: datetime) -> Claim | None:
    """One document by its key, if it waits and nobody is making it."""
    row = connection.execute(_CLAIM_THIS, {**wanted, "now": now, "silent": SILENT_AFTER}).one_or_none()
    return Claim(*row) if row else None


def beat(connection: Connection, claimed: Claim, progress: int, now: datetime) -> None:
    """Keep how far its maker is."""
    connection.execute(_BEAT, {**claimed.key, "progress": progress, "now": now})


def keep(connection: Connection, claimed: Claim, made: Rendered, now: datetime) -> None:
    """Keep the finished document."""
    values = {"content": made.content, "media_type": made.media_type, "file_name": made.file_name, "now": now}
    connection.execute(_MADE, {**claimed.key, **values})


def give_up(connection: Connection, claimed: Claim, state: str, code: str, reason: str) -> None:
    """Keep why there is none: `refused` by a rule, or `failed` after too many tries."""
    connection.execute(_NOT_MADE, {**claimed.key, "state": state, "code": code, "reason": reason[:500]})


def list_documents(connection: Connection, purchase_order_id: str, audience: str) -> Sequence[Row[Any]]:
    """The documents that the actor may see, the latest revision first, without their content."""
    return connection.execute(_LIST, {"purchase_order_id": purchase_order_id, "audience": audience}).all()


def find_document(connection: Connection, key: dict[str, Any]) -> Row[Any] | None:
    """One document with its content, if the actor may see it."""
    return connection.execute(_FIND, key).one_or_none()


def revision_of(connection: Connection, purchase_order_id: str) -> int | None:
    """The order's revision, if the actor may see the order."""
    revision = connection.execute(_REVISION, {"purchase_order_id": purchase_order_id}).scalar_one_or_none()
    return None if revision is None else int(revision)


def drop_line_count(connection: Connection, purchase_order_id: str) -> int:
    """How many lines all drops have together."""
    return int(connection.execute(_SIZE, {"purchase_order_id": purchase_order_id}).scalar_one())
