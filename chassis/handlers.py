"""Handlers: what a part does with each type of event it listens to."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from chassis.correlation import correlated, correlation_id, traceparent
from chassis.event import Event
from chassis.event_metrics import HANDLER_SECONDS

Handler = Callable[[Connection, Sequence[Event]], None]
Handlers = Mapping[str, Handler]

_SET_CORRELATION = text(
    "SELECT set_config('bursar.correlation_id', :correlation, true), set_config('bursar.traceparent', :trace, true)"
)
_CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"  # a deferred one may not fail the commit
_OUTAGES = ("08", "53", "57P")  # SQLSTATE: connection lost, out of resources, server stopping


class HandlerFailed(Exception):
    """A handler raised on these events; none of its effects remain."""

    def __init__(self, events: Sequence[Event], fault: Exception) -> None:
        super().__init__(f"{type(fault).__name__}: {fault}"[:2000])
        self.events = events


def handlers_in(package: str) -> dict[str, Handler]:
    """The handlers of an inbox: each module `on_*.py` of it has EVENT_TYPE and `handle(connection, events)`.

    Raises ValueError if two modules handle the same type.
    """
    inbox = importlib.import_module(package)
    found: dict[str, Handler] = {}
    for entry in pkgutil.iter_modules(inbox.__path__):
        if entry.name.startswith("on_"):
            module = importlib.import_module(f"{package}.{entry.name}")
            if module.EVENT_TYPE in found:
                raise ValueError(f"{package} handles {module.EVENT_TYPE} twice.")
            found[module.EVENT_TYPE] = module.handle
    return found


def handle(connection: Connection, handlers: Handlers, run: Sequence[Event]) -> None:
    """Give a run of events of one type to its handler, inside a savepoint; a type nobody handles is passed over.

    Works under the correlation id and trace context of the run, if all of it shares them. Raises HandlerFailed; an
    outage of the database is no fault of the events and is raised as it is.
    """
    handler = handlers.get(run[0].type)
    if handler is None:
        return
    with correlated(*_shared_context(run)), HANDLER_SECONDS.labels(run[0].type).time():
        try:
            with connection.begin_nested():
                connection.execute(_SET_CORRELATION, {"correlation": correlation_id(), "trace": traceparent()})
                handler(connection, run)
                connection.exec_driver_sql(_CHECK_NOW)
        except Exception as fault:
            if _is_outage(fault):
                raise
            raise HandlerFailed(run, fault) from fault


def _shared_context(run: Sequence[Event]) -> tuple[str | None, str | None]:
    contexts = {(event.correlation_id, event.traceparent) for event in run}
    return contexts.pop() if len(contexts) == 1 else (None, None)


def _is_outage(fault: Exception) -> bool:
    if not isinstance(fault, DBAPIError):
        return False
    state = getattr(fault.orig, "sqlstate", None) or ""
    return fault.connection_invalidated or state.startswith(_OUTAGES)
