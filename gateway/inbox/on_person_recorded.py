"""The members service tells of people: who may sign in, and with which roles."""

from collections.abc import Sequence

from sqlalchemy import Connection

from chassis.consumer import Event
from gateway.usecases.record_people import record_people

EVENT_TYPE = "PersonRecorded"


def handle(connection: Connection, events: Sequence[Event]) -> None:
    """Take over names, addresses and roles; sessions follow at their next request."""
    record_people(connection, [event.body for event in events])
