"""A supplier answers by file: a Peppol Order Response, or our sheet filled in (XLSX or CSV)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from chassis.actor import Actor
from chassis.database import Database
from chassis.sheets import SheetUnreadable, read_sheets
from contracts.order_numbers import OrderNumber, read_order_number
from services.orders.domain.answer import AnswerSource, OrderedDocument, SupplierAnswer
from services.orders.domain.answer_sheet import read_answer_sheets
from services.orders.domain.errors import (
    AnswerUnreadable,
    OrderAnswerRefused,
    OrderOfAnotherSupplier,
    OrderUnknown,
    RevisionOutdated,
)
from services.orders.domain.order_response import OrderResponse, as_answer, read_order_response
from services.orders.storage import answers, changes
from services.orders.storage.answers import SentFile
from services.orders.usecases.answer_purchase_order import drops_of, give_answer

LARGEST_BYTES: Final = 8 * 1024 * 1024
SHEET_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_XML_STARTS: Final = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\x00<")


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """Which order a file answered, and the answer that it became; no id where the same was said before."""

    purchase_order_id: str
    answer_id: str | None


def answer_by_file(
    database: Database, actor: Actor, name: str, content: bytes, now: datetime, *, expected: str | None = None
) -> GivenAnswer:
    """Read a file and give the answer that it holds, keeping the file. `expected` is the order that it must answer.

    Raises XmlNotAllowed, AnswerUnreadable, OrderUnknown, OrderOfAnotherSupplier, OrderAnswerRefused, RevisionOutdated,
    and what `give_answer` raises; nothing is kept then.
    """
    if len(content) > LARGEST_BYTES:
        raise AnswerUnreadable(f"The file is larger than {LARGEST_BYTES // 1024 // 1024} MB.")
    if not content.strip():
        raise AnswerUnreadable("The file is empty.")
    if content.lstrip()[:4].startswith(_XML_STARTS):
        return _by_response(database, actor, SentFile(name, "application/xml", content), now, expected)
    return _by_sheet(database, actor, name, content, now, expected)


def _by_response(database: Database, actor: Actor, file: SentFile, now: datetime, expected: str | None) -> GivenAnswer:
    response = read_order_response(file.content)
    number = read_order_number(response.order_reference)
    if number is None:
        raise OrderUnknown(f"“{response.order_reference}” is no number of an order of ours.")
    with database.transaction(actor) as connection:
        order_id = _order_id(connection, number.number, expected)
        order = answers.ordered_document(connection, order_id)
        urn = _drop(connection, order_id, order, number)
        said = _said(response, order, number, urn)
        several = len(drops_of(order)) > 1
        given = give_answer(database, actor, order_id, said, now, source="ubl", file=file, urn=urn if several else None)
    return GivenAnswer(order_id, given)


def _said(response: OrderResponse, order: OrderedDocument, number: OrderNumber, urn: int | None) -> SupplierAnswer:
    said = as_answer(response, order, urn if len(drops_of(order)) > 1 else None)
    revision = number.revision if urn is None and number.revision > 1 else None
    return SupplierAnswer(said.answer, said.reason[:1000], said.lines, revision)


def _drop(connection: Connection, order_id: str, order: OrderedDocument, number: OrderNumber) -> int | None:
    """The school whose drop a document was for. Raises OrderUnknown, RevisionOutdated."""
    if number.drop is None:
        return None
    urns = drops_of(order)
    if not 1 <= number.drop <= len(urns):
        raise OrderUnknown(f"{order.number} has {len(urns)} drops; there is no order {number}.")
    urn = urns[number.drop - 1]
    current = OrderNumber(number.number, number.drop, changes.last_revision_of(connection, order_id, urn))
    if current != number:
        raise RevisionOutdated(f"This answers {number}, which was replaced by {current}. Answer that one.")
    return urn


def _by_sheet(
    database: Database, actor: Actor, name: str, content: bytes, now: datetime, expected: str | None
) -> GivenAnswer:
    try:
        sheets = read_sheets(content)
    except SheetUnreadable as fault:
        raise AnswerUnreadable(str(fault)) from fault
    read = read_answer_sheets([(sheet.name, sheet.rows) for sheet in sheets])
    number = read_order_number(read.order_number)
    if number is None:
        raise OrderUnknown(f"“{read.order_number}” is no number of an order of ours.")
    media_type = SHEET_TYPE if content.startswith(b"PK") else "text/csv"
    source: AnswerSource = "sheet"
    with database.transaction(actor) as connection:
        order_id = _order_id(connection, number.number, expected)
        file = SentFile(name, media_type, content)
        return GivenAnswer(order_id, give_answer(database, actor, order_id, read.answer, now, source=source, file=file))


def _order_id(connection: Connection, number: str, expected: str | None) -> str:
    found, known = answers.order_by_number(connection, number)
    if found is None and known:
        raise OrderOfAnotherSupplier(f"{number} is not an order to you.")
    if found is None:
        raise OrderUnknown(f"There is no order {number}.")
    if expected is not None and found != expected:
        raise OrderAnswerRefused(f"This file answers {number}, which is another order than this one.")
    return found
