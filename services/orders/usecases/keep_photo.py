"""Keep the photos that go with a receipt."""

import uuid
from datetime import datetime, timedelta
from typing import Final

from chassis.actor import SERVICE, Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.orders.domain.photo import media_type_of
from services.orders.storage import receipts as stored

KEPT_WITHOUT_RECEIPT: Final = timedelta(days=1)


def keep_photo(database: Database, actor: Actor, purchase_order_id: str, content: bytes, now: datetime) -> str:
    """Keep a photo for a receipt of the actor's school that is about to be recorded; returns its id.

    Raises PhotoRefused, NotFound where the school has no drop.
    """
    media_type = media_type_of(content)
    with database.transaction(actor) as connection:
        urn = actor.school_urn
        held = stored.lock_drop(connection, purchase_order_id, urn) if urn is not None else None
        if held is None:
            raise NotFound("There is no such purchase order.")
        photo_id = str(uuid.uuid4())
        stored.keep_photo(
            connection,
            {
                "photo_id": photo_id,
                "purchase_order_id": purchase_order_id,
                "urn": urn,
                "supplier_id": held[0].supplier_id,
                "media_type": media_type,
                "content": content,
                "now": now,
            },
        )
    return photo_id


def get_photo(database: Database, actor: Actor, purchase_order_id: str, photo_id: str) -> tuple[str, bytes]:
    """(media type, bytes) of a photo, for its school, the supplier of the order and the alliance. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = stored.find_photo(connection, purchase_order_id, photo_id)
    if found is None:
        raise NotFound("There is no such photo.")
    return found.media_type, bytes(found.content)


def forget_photos(database: Database, now: datetime) -> int:
    """Delete photos whose receipt was never recorded, a day later; returns how many."""
    with database.transaction(SERVICE) as connection:
        return stored.forget_photos(connection, now - KEPT_WITHOUT_RECEIPT)
