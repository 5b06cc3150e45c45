"""Who may call a view: marks on the view itself, read before every request and by the architecture test."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Mark a view that answers without a token; the architecture test lists them all."""
    view.bursar_public = True  # type: ignore[attr-defined]
    return view


def requires(*roles: str) -> Callable[[View], View]:
    """Let only actors with one of these roles call the view; others get 403 `forbidden`."""

    def mark(view: View) -> View:
        view.bursar_roles = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def is_public(endpoint: str, view: Callable[..., Any]) -> bool:
    """Whether a view answers without a token: marked so, or the service's own OpenAPI document."""
    return getattr(view, "bursar_public", False) or endpoint == "api-docs.openapi_json"
