"""The ledger: entries are added, never changed; the database holds that they balance."""

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import Connection

from chassis.numbers import next_numbers
from services.billing.domain.ledger import Entry
from services.billing.domain.periods import posting_day
from services.billing.storage.bulk import insert_rows
from services.billing.storage.periods import open_from
from services.billing.storage.reversals import turns


def post(connection: Connection, entries: Sequence[Entry], posted_by: str) -> None:
    """Post entries under the next numbers of the journal. An entry about nothing (£0.00) is left out.

    Where the month of a document is closed, it is posted on the first open day after it, and keeps its own as
    `dated_on`. The database refuses a document that is posted and not reversed.
    """
    told = [entry for entry in entries if entry.postings]
    if not told:
        return
    first = open_from(connection)
    before = turns(connection, [entry.document_id for entry in told])
    numbers = next_numbers(connection, "J", len(told))
    heads, lines = [], []
    for number, posted in zip(numbers, told, strict=True):
        entry_id = str(uuid4())
        heads.append(
            {
                "entry_id": entry_id,
                "number": number,
                "kind": posted.kind,
                "document_id": posted.document_id,
                "document_number": posted.document_number,
                "posted_on": posting_day(posted.posted_on, first),
                "dated_on": posted.posted_on,
                "turn": before.get((posted.document_id, posted.kind), 0) + 1,
                "description": posted.description,
                "supplier_id": next((line.supplier_id for line in posted.postings if line.supplier_id), None),
                "posted_by": posted_by,
            }
        )
        lines += [
            {
                "entry_id": entry_id,
                "line_no": line_no,
                "account": line.account,
                "school_urn": line.school_urn,
                "supplier_id": line.supplier_id,
                "debit_pence": line.debit_pence,
                "credit_pence": line.credit_pence,
            }
            for line_no, line in enumerate(posted.postings, 1)
        ]
    insert_rows(connection, "entry", heads)
    insert_rows(connection, "entry_line", lines)
