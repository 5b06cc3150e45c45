"""A worker that is killed while it makes a document: `python -m tests.orders.dying_maker DATABASE_URL`."""

import os
import signal
import sys
from datetime import UTC, datetime

from chassis.database import Database
from services.orders.domain.issued_order import IssuedOrder
from services.orders.domain.order_document import Progress, Rendered
from services.orders.usecases.make_documents import make_due_documents


def die(order: IssuedOrder, form: str, root: str, tell: Progress) -> Rendered:
    """Tell of some progress, and be no more."""
    tell(40)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


if __name__ == "__main__":
    make_due_documents(Database(sys.argv[1]), die, lambda: datetime.now(UTC))
