"""Reading from the services what several pages need."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Final, TypeVar

from gateway.upstream import Problem, ServiceUnavailable, upstream

_MOST = 500
_AT_ONCE: Final = ThreadPoolExecutor(max_workers=8, thread_name_prefix="ask")
"""Shared by all requests of the process; its threads begin with the first page that asks several services."""

Found = TypeVar("Found")


def items(service: str, path: str, *, along: str = "after", **params: Any) -> list[dict[str, Any]]:
    """A whole list, however many pages the service cuts it into; `along` is what it calls the place of the next."""
    found: list[dict[str, Any]] = []
    place: str | None = None
    while True:
        answer = upstream.get(service, path, params={"limit": _MOST, **params, along: place}).json()
        found += answer["items"]
        place = answer.get("next")
        if not place:
            return found


def part(service: str, path: str, **params: Any) -> tuple[list[dict[str, Any]], str | None]:
    """One part of a long list, and where the next begins."""
    answer = upstream.get(service, path, params=params).json()
    return answer["items"], answer.get("next")


def one(service: str, path: str, **params: Any) -> dict[str, Any]:
    """One thing."""
    found: dict[str, Any] = upstream.get(service, path, params=params).json()
    return found


def items_or_none(service: str, path: str, **params: Any) -> list[dict[str, Any]] | None:
    """A whole list, or None when the service does not answer: for pages that show the rest all the same."""
    return _or_none(lambda: items(service, path, **params))


def one_or_none(service: str, path: str) -> dict[str, Any] | None:
    """One thing, or None when the service does not answer."""
    return _or_none(lambda: one(service, path))


def together(*reads: Callable[[], Any]) -> list[Any]:
    """What these calls of this module give, in their order, asked at the same time: for pages of several services.

    Raises what the first of them raises that fails.
    """
    first, *others = reads
    waiting = [_AT_ONCE.submit(copy_context().run, read) for read in others]
    return [first(), *(future.result() for future in waiting)]


def _or_none(read: Callable[[], Found]) -> Found | None:
    try:
        return read()
    except ServiceUnavailable:
        return None
    except Problem as problem:
        if problem.status >= 500:
            return None
        raise
