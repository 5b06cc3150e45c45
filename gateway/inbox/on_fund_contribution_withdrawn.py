"""A school is no longer asked for its contribution to the partnership fund: those who were asked are told."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from chassis.event import Event
from gateway.usecases.news import News
from gateway.usecases.tell_of_the_fund import tell_of_withdrawn_contributions

EVENT_TYPE: Final = "FundContributionWithdrawn"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Queue mail to each person concerned, once."""
    tell_of_withdrawn_contributions(News(connection, ((event.occurred_at, event.body) for event in events)))
