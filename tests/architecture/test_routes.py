"""Every door asks for a token, unless it is listed here."""

import re
from uuid import UUID

import pytest
from flask import Flask
from marshmallow import fields

from chassis.actor import SERVICE
from chassis.web import is_public
from contracts.topology import PRODUCERS

PUBLIC = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/internal/events"}
# /internal/events asks for the feed's own secret; tests/chassis holds that.


@pytest.fixture(params=PRODUCERS)
def service(request: pytest.FixtureRequest, service_client) -> Flask:
    app: Flask = service_client(request.param, SERVICE).app
    return app


def test_routes_need_a_token_unless_listed(service: Flask) -> None:
    open_doors = {
        rule.rule
        for rule in service.url_map.iter_rules()
        if is_public(rule.endpoint, service.view_functions[rule.endpoint])
    }
    assert open_doors == PUBLIC


def test_a_call_without_a_token_is_refused(service: Flask) -> None:
    client = service.test_client()
    tried = 0
    for rule in service.url_map.iter_rules():
        if rule.rule in PUBLIC:
            continue
        path = re.sub("<([^>]+)>", _some_value, rule.rule)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = client.open(path, method=method)
            assert answer.status_code == 401, f"{method} {path} answered {answer.status_code}"
            assert answer.get_json()["code"] == "token_invalid"
            tried += 1
    assert tried >= 4


def _some_value(step: re.Match[str]) -> str:
    """What could stand in a place of a path: a number, one of the choices that it names, or a UUID."""
    kind = step[1]
    if chosen := re.match(r"any\(([^,)]+)", kind):
        return chosen[1].strip("'\" ")
    return "1" if kind.startswith("int") else str(UUID(int=1))


def test_every_change_names_the_roles_that_may_make_it(service: Flask) -> None:
    open_to_all = [
        f"{method} {rule.rule}"
        for rule in service.url_map.iter_rules()
        for method in rule.methods & {"POST", "PUT", "DELETE", "PATCH"}
        if rule.rule not in PUBLIC and not getattr(service.view_functions[rule.endpoint], "bursar_roles", None)
    ]
    assert not open_to_all


def test_whole_numbers_in_addresses_are_read_from_text(service: Flask) -> None:
    queries = {
        parameter["schema"]
        for view in service.view_functions.values()
        for parameter in getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", ())
        if parameter["in"] == "query"
    }
    strict = [
        f"{schema.__name__}.{name}"
        for schema in queries
        for name, field in schema().fields.items()
        if isinstance(field, fields.Integer) and field.strict
    ]
    assert queries
    assert not strict, "an address holds text, which these refuse"
