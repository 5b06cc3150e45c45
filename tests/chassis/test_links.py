"""Somebody without an account who is limited to one thing: which views and rows that opens."""

from uuid import uuid4

import pytest
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter

from chassis.access import by_link, may_pass, requires
from chassis.actor import Actor
from chassis.tokens import Minter, Verifier
from tests.clients import key_pair

ORDER, OTHER = str(uuid4()), str(uuid4())
LINKED = Actor(
    "supplier", str(uuid4()), "Sales", frozenset({"supplier_user"}), supplier_id=str(uuid4()),
    limited_to=f"purchase_order:{ORDER}",
)  # fmt: skip


@requires("supplier_user")
@by_link("purchase_order_id")
def opened(purchase_order_id: str) -> str:
    return purchase_order_id


@requires("supplier_user")
def closed(purchase_order_id: str) -> str:
    return purchase_order_id


@by_link("bank_details_id")
def of_another_kind(bank_details_id: str) -> str:
    return bank_details_id


def test_a_token_carries_what_its_actor_is_limited_to() -> None:
    private, public = key_pair()
    assert Verifier(public, "orders").verify(Minter(private).mint("orders", LINKED)) == LINKED


@pytest.mark.parametrize(
    ("view", "arguments", "passes"),
    [
        (opened, {"purchase_order_id": ORDER}, True),
        (opened, {"purchase_order_id": OTHER}, False),
        (opened, {}, False),
        (closed, {"purchase_order_id": ORDER}, False),
        (of_another_kind, {"bank_details_id": ORDER}, False),
    ],
)
def test_a_limited_actor_passes_only_where_the_view_says_so(view, arguments, passes: bool) -> None:
    assert may_pass(LINKED, view, arguments) is passes


def test_the_role_is_needed_as_well() -> None:
    without = Actor("supplier", None, "Sales", frozenset({"supplier_contact"}), limited_to=LINKED.limited_to)
    assert not may_pass(without, opened, {"purchase_order_id": ORDER})


def _a_value(kind: BaseConverter) -> object:
    if isinstance(kind, AnyConverter):
        return min(kind.items)
    return 1 if isinstance(kind, IntegerConverter) else uuid4()


@pytest.mark.parametrize("service", ["members", "catalogue", "orders", "billing"])
def test_every_other_view_of_every_service_is_shut(service: str, service_client) -> None:
    """The door is in the service: no view answers a limited token unless it is for that very thing."""
    client = service_client(service, LINKED)
    tried = 0
    for rule in client.app.url_map.iter_rules():
        view = client.app.view_functions[rule.endpoint]
        if getattr(view, "bursar_public", False) or rule.endpoint == "api-docs.openapi_json":
            continue
        values = {name: _a_value(kind) for name, kind in rule._converters.items()}
        with client.app.test_request_context():
            path = rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)[1]
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = client.send(method, path)
            assert answer.status_code == 403, f"{method} {path} answered {answer.status_code}"
            tried += 1
    assert tried
