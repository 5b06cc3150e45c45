"""Make the documents of purchase orders: the worker all that wait, a reader's request a small one at once.

What is kept never changes: a document is of one revision, and an amendment makes new ones. Whoever dies over one leaves
it to the next, which starts anew; one that kills every maker is given up after a few tries.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import Row

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from chassis.persistence import set_aside
from contracts.errors import BrokenRule, NotFound
from services.orders.domain.document_errors import REFUSALS, DocumentNotMade, DocumentSuperseded
from services.orders.domain.issued_order import IssuedOrder, without_words
from services.orders.domain.order_document import AT_ONCE_BELOW, SENT, Renderer, check_form
from services.orders.storage import documents as stored
from services.orders.storage.documents import Claim
from services.orders.storage.issued_orders import read_issued_order

_log = structlog.get_logger()


def make_due_documents(database: Database, render: Renderer, now: Callable[[], datetime]) -> int:
    """Ask for the documents of new orders and revisions, and make all that wait; how many were taken up.

    Harmless in several workers at once: each takes what nobody else has.
    """
    with database.transaction(SERVICE) as connection:
        stored.ask_for_new(connection, SENT, now())
    taken = 0
    while True:
        with database.transaction(SERVICE) as connection:
            claimed = stored.claim(connection, now())
        if claimed is None:
            return taken
        taken += 1
        with set_aside("document_not_made", **claimed.key):
            make_claimed(database, claimed, render)


def list_documents(database: Database, actor: Actor, purchase_order_id: str) -> tuple[int, list[Row[Any]]]:
    """The order's revision and its documents for the actor's side, latest revision first. Raises NotFound."""
    with database.transaction(actor) as connection:
        revision = _visible_revision(database, actor, purchase_order_id)
        return revision, list(stored.list_documents(connection, purchase_order_id, actor.kind))


def get_document(
    database: Database,
    actor: Actor,
    purchase_order_id: str,
    form: str,
    render: Renderer,
    *,
    revision: int | None = None,
    root: str = "",
) -> Row[Any]:
    """A document of the order as it stands, or of an earlier revision; whoever reads it looks at its `state`.

    What is not there yet is asked for, and a small one made at once. Raises NotFound.
    """
    check_form(form)
    current = _visible_revision(database, actor, purchase_order_id)
    wanted = current if revision is None else revision
    key = {"purchase_order_id": purchase_order_id, "audience": actor.kind, "form": form, "revision": wanted}
    if wanted == current:
        _ask(database, key, root, render, again=False)
    with database.transaction(actor) as connection:
        found = stored.find_document(connection, key)
    if found is None:
        raise NotFound("This revision has no such document.")
    return found


def make_again(database: Database, actor: Actor, purchase_order_id: str, render: Renderer) -> None:
    """Ask anew for what was refused or failed, because what was missing may be there by now. Raises NotFound."""
    current = _visible_revision(database, actor, purchase_order_id)
    for form in SENT:
        key = {"purchase_order_id": purchase_order_id, "audience": actor.kind, "form": form, "revision": current}
        _ask(database, key, "", render, again=True)


def refusal(found: Row[Any]) -> BrokenRule:
    """The rule that a document was refused by, or that it failed, to be raised for its reader."""
    return REFUSALS.get(found.code, DocumentNotMade)(found.reason)


def _visible_revision(database: Database, actor: Actor, purchase_order_id: str) -> int:
    """Row-level security decides who sees the order; what is made of it, the service makes."""
    with database.transaction(actor) as connection:
        revision = stored.revision_of(connection, purchase_order_id)
    if revision is None:
        raise NotFound("There is no such purchase order.")
    return revision


def _ask(database: Database, key: dict[str, Any], root: str, render: Renderer, *, again: bool) -> None:
    now = datetime.now(UTC)
    asked = {name: key[name] for name in ("audience", "form")}
    with database.transaction(SERVICE) as connection:
        stored.ask_for(connection, key["purchase_order_id"], **asked, root=root, now=now, again=again)
        small = stored.drop_line_count(connection, key["purchase_order_id"]) <= AT_ONCE_BELOW
        claimed = stored.claim_this(connection, key, now) if small else None
    if claimed is not None:
        make_claimed(database, claimed, render)


def make_claimed(database: Database, claimed: Claim, render: Renderer) -> None:
    """Make one document and keep it, or why it cannot be made. What else goes wrong is tried again later."""
    if claimed.tries > stored.MOST_TRIES:
        _give_up(database, claimed, "failed", "document_failed", "It could not be made, though it was tried again.")
        return
    try:
        order = _read(database, claimed)
        made = render(order, claimed.form, claimed.root, _teller(database, claimed))
    except BrokenRule as fault:
        _give_up(database, claimed, "refused", fault.code, fault.detail)
        return
    with database.transaction(SERVICE) as connection:
        stored.keep(connection, claimed, made, datetime.now(UTC))
    _log.info("document_made", bytes=len(made.content), **claimed.key)


def _read(database: Database, claimed: Claim) -> IssuedOrder:
    with database.transaction(SERVICE) as connection:
        order = read_issued_order(connection, claimed.purchase_order_id)
    if order is None:
        raise NotFound("There is no such purchase order.")
    if order.revision != claimed.revision:
        raise DocumentSuperseded(f"Revision {order.revision} took the place of this one before it was written down.")
    return order if claimed.audience == "supplier" else without_words(order)


def _teller(database: Database, claimed: Claim) -> Callable[[int], None]:
    """Keeps the progress, each time in a transaction of its own: others see it while the document is made."""

    def tell(progress: int) -> None:
        with database.transaction(SERVICE) as connection:
            stored.beat(connection, claimed, progress, datetime.now(UTC))

    return tell


def _give_up(database: Database, claimed: Claim, state: str, code: str, reason: str) -> None:
    with database.transaction(SERVICE) as connection:
        stored.give_up(connection, claimed, state, code, reason)
    _log.warning("document_given_up", state=state, code=code, **claimed.key)
