"""The correlation id and trace context that follow one request or event through every part."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

CORRELATION_HEADER = "X-Correlation-Id"
TRACE_HEADER = "traceparent"

_CORRELATION = re.compile(r"[A-Za-z0-9._-]{8,64}")
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

_current: ContextVar[tuple[str, str]] = ContextVar("correlation", default=("", ""))


def correlation_id() -> str:
    """The id of the request or event in hand, or an empty string outside one."""
    return _current.get()[0]


def traceparent() -> str:
    """The W3C trace context in hand, or an empty string outside one."""
    return _current.get()[1]


@contextmanager
def correlated(correlation: str | None, trace: str | None) -> Iterator[None]:
    """Work under the given ids; new ones are made for what is missing or malformed."""
    token = _current.set((_accepted(correlation), _accepted_trace(trace)))
    try:
        yield
    finally:
        _current.reset(token)


def _accepted(correlation: str | None) -> str:
    if correlation and _CORRELATION.fullmatch(correlation):
        return correlation
    return secrets.token_hex(16)


def _accepted_trace(trace: str | None) -> str:
    if trace and _TRACEPARENT.fullmatch(trace):
        return trace
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
