"""Files as a service made them, passed on to be saved."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask import Response

from gateway.upstream import Answer, upstream

_KEPT: Final = ("content-type", "content-disposition", "x-content-type-options")


def passed_on(service: str, path: str, params: Mapping[str, Any] = MappingProxyType({})) -> Response:
    """A service's file with the headers that say what it is."""
    return sent_on(upstream.get(service, path, params=dict(params)))


def sent_on(answer: Answer) -> Response:
    """What a service answered, with the headers that say what it is."""
    return Response(answer.body, headers={name: answer.headers[name] for name in _KEPT if name in answer.headers})
