"""What stands in the error summary of a page, and beside its fields."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from flask import request

from gateway.upstream import Problem, ServiceUnavailable

_NOT_ABOUT_INPUT = frozenset({401, 404})
_OF_FIELDS = "validation_failed"
"""Says of the whole only that fields need another look, as the summary does."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right; `field` is the id of the input it is about, if it is about one."""

    message: str
    field: str | None = None


class Faults:
    """The faults of one sent form. Empty, and so false, when all went well."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.status = 422
        self.code = ""
        self.unanswered = False

    def __bool__(self) -> bool:
        return bool(self._faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def add(self, message: str, field: str | None = None) -> None:
        """Note one fault; the first about a field is the one shown beside it."""
        self._faults.append(Fault(message, field))

    def at(self, field: str) -> str | None:
        """What is wrong with the field."""
        return next((fault.message for fault in self._faults if fault.field == field), None)

    @contextmanager
    def of_service(self, fields: Mapping[str, str] | None = None, *, otherwise: str | None = None) -> Iterator[None]:
        """Turn a service's refusal inside the block into faults.

        `fields` maps the request's paths onto ids of inputs where the two differ; what is not about an input that was
        sent is linked to `otherwise`. A missing thing and a lost sign-in are not about the form and pass through.
        """
        try:
            yield
        except Problem as problem:
            if problem.status in _NOT_ABOUT_INPUT:
                raise
            self.status, self.code = problem.status, problem.code
            places = [(fields or {}).get(each["field"]) or _sent_field(each["field"]) for each in problem.errors]
            if len(places) != 1 and not any(places) and problem.code != _OF_FIELDS:
                self.add(problem.detail, otherwise)
            for error, field in zip(problem.errors, places, strict=True):
                only = field is None and len(places) == 1
                self.add(_whole(problem.detail, error["message"]) if only else error["message"], field or otherwise)
        except ServiceUnavailable:
            self.status, self.unanswered = 503, True
            self.add("That part of Bursar did not answer. What you typed is still here: send it again in a moment.")


def _whole(detail: str, message: str) -> str:
    """What is wrong as a whole, and of what, where that does not say so itself."""
    return detail if message in detail else f"{detail} {message}"


def _sent_field(field: str) -> str | None:
    return field if field in request.form or field in request.files else None
