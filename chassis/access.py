"""Who may call a view: marks on the view itself, read before every request and by the architecture test."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from chassis.actor import Actor

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


def by_link(argument: str) -> Callable[[View], View]:
    """Let actors who are limited to one thing call the view for that thing: "purchase_order_id" in its path names it.

    Every other view refuses them, whatever their roles.
    """

    def mark(view: View) -> View:
        view.bursar_by_link = argument  # type: ignore[attr-defined]
        return view

    return mark


def may_pass(actor: Actor, view: Callable[..., Any], arguments: Mapping[str, Any]) -> bool:
    """Whether the actor may call the view with these arguments of its path: by role, and by what it is limited to."""
    roles = getattr(view, "bursar_roles", None)
    if roles is not None and not actor.has_any(*roles):
        return False
    if actor.limited_to is None:
        return True
    argument = getattr(view, "bursar_by_link", None)
    return argument is not None and actor.limited_to == f"{argument.removesuffix('_id')}:{arguments.get(argument)}"


def is_public(endpoint: str, view: Callable[..., Any]) -> bool:
    """Whether a view answers without a token: marked so, or the service's own OpenAPI document."""
    return getattr(view, "bursar_public", False) or endpoint == "api-docs.openapi_json"
