"""Read suppliers' answers: the documents that they are, and what their changes do to each school."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.orders.domain.answer import OPEN_STATES, OrderedDocument
from services.orders.domain.answer_effect import LineEffect
from services.orders.domain.packs import Fairness
from services.orders.storage import answers as stored
from services.orders.storage import changes, purchase_orders
from services.orders.storage.changes import Asked
from services.orders.usecases.finish_answer import effects_of


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer with what its changes would do while it is open, or did: `effects` by line, `made` by line and school.

    `asked` are the schools that must agree to pay more; a supplier sees neither them nor what schools pay.
    """

    row: Row[Any]
    order: OrderedDocument
    fairness: Fairness
    cut_last_time: frozenset[int]
    effects: Mapping[int, LineEffect]
    made: Sequence[Row[Any]]
    asked: Sequence[Asked]
    names: Mapping[int, str]


def list_answers(database: Database, actor: Actor, purchase_order_id: str) -> Sequence[Row[Any]]:
    """Every answer to a purchase order, the newest first, without what they do. Raises NotFound."""
    with database.transaction(actor) as connection:
        if purchase_orders.find_purchase_order(connection, purchase_order_id) is None:
            raise NotFound("There is no such purchase order.")
        return stored.answers_of(connection, purchase_order_id)


def get_answer(database: Database, actor: Actor, purchase_order_id: str, answer_id: str) -> AnswerView:
    """One answer with its effect on each school. Raises NotFound."""
    with database.transaction(actor) as connection:
        row = stored.find_answer(connection, purchase_order_id, answer_id)
        if row is None:
            raise NotFound("There is no such answer.")
        order = stored.ordered_document(connection, purchase_order_id)
        is_open = row.state in OPEN_STATES and row.revision == order.revision
        asked = changes.asked_schools(connection, answer_id)
        fairness, cut = stored.sharing_terms(connection, purchase_order_id)
        return AnswerView(
            row=row,
            order=order,
            fairness=fairness,
            cut_last_time=frozenset(cut),
            effects=effects_of(connection, order, row) if is_open else {},
            made=changes.changes_made(connection, answer_id),
            asked=asked,
            names=stored.school_names(connection, purchase_order_id),
        )


def get_answer_file(database: Database, actor: Actor, purchase_order_id: str, answer_id: str) -> Row[Any]:
    """The file that an answer came in: file_name, media_type, document, sha256. Raises NotFound."""
    with database.transaction(actor) as connection:
        found = stored.answer_file(connection, purchase_order_id, answer_id)
    if found is None:
        raise NotFound("This answer came in no file.")
    return found
