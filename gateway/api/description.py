"""One OpenAPI 3.1 description of `/api/v1`, merged from what each service says of itself."""

import json
import time
from typing import Any

from flask import current_app

from gateway.api.forwarding import PREFIX
from gateway.api.own_description import COMPONENTS, KEY_PARAMETER, PATHS, TAGS, VERSION_PARAMETER
from gateway.api.resources import resource_of
from gateway.upstream import ServiceUnavailable, upstream
from gateway.wire import WireFault

Spec = dict[str, Any]

_EXTENSION = "bursar.api_description"
_KEPT_SECONDS = 60
_METHODS = ("get", "post", "put", "patch", "delete")
_SHARED_ERRORS = "#/components/responses/"


def merged_description() -> Spec:
    """The merged description, read anew from the services once a minute. Raises ServiceUnavailable."""
    kept: tuple[float, Spec] | None = current_app.extensions.get(_EXTENSION)
    if kept and time.monotonic() < kept[0]:
        return kept[1]
    description = merge({service: _own_words(service) for service in upstream.services})
    current_app.extensions[_EXTENSION] = (time.monotonic() + _KEPT_SECONDS, description)
    return description


def merge(specs: dict[str, Spec]) -> Spec:
    """The services' descriptions by name, as one.

    Only paths of resources that the gateway forwards to that very service are taken. Schemas get their service's
    name in front, so that two services may call different things alike; every error is a problem.
    """
    paths: Spec = dict(PATHS)
    schemas: Spec = dict(COMPONENTS["schemas"])
    tags: list[Spec] = list(TAGS)
    for service, spec in specs.items():
        for path, item in spec.get("paths", {}).items():
            resource = resource_of(path.split("/")[1])
            if resource and resource.service == service:
                paths[PREFIX + path] = _path_item(_renamed(item, service))
        for name, schema in spec.get("components", {}).get("schemas", {}).items():
            schemas[f"{service}.{name}"] = _renamed(schema, service)
        tags += spec.get("tags", [])
    used = {tag for item in paths.values() for method in _METHODS for tag in item.get(method, {}).get("tags", ())}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bursar",
            "version": "1",
            "description": "Collective buying by autonomous schools. Sign in with POST /api/v1/sessions and send its"
            " token as a bearer token. Money is whole pence; unit prices are strings with four decimals in pounds;"
            " times are UTC.",
        },
        "servers": [{"url": "/"}],
        "security": [{"session": []}],
        "tags": [tag for tag in tags if tag["name"] in used],
        "paths": dict(sorted(paths.items())),
        "components": {**COMPONENTS, "schemas": _reachable(paths, schemas)},
    }


def _own_words(service: str) -> Spec:
    answer = upstream.forward("GET", service, "/openapi.json", headers={}, anonymous=True)
    try:
        content = answer.read()
    except WireFault as fault:
        raise ServiceUnavailable(service) from fault
    if answer.status != 200:
        raise ServiceUnavailable(service)
    spec: Spec = json.loads(content)
    return spec


def _renamed(part: Any, service: str) -> Any:
    """A copy in which every reference to a schema carries the service's name."""
    if isinstance(part, list):
        return [_renamed(item, service) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: value.replace("#/components/schemas/", f"#/components/schemas/{service}.")
        if key == "$ref" and isinstance(value, str)
        else _renamed(value, service)
        for key, value in part.items()
    }


def _path_item(item: Spec) -> Spec:
    return {key: _operation(key, value) if key in _METHODS else value for key, value in item.items()}


def _operation(method: str, operation: Spec) -> Spec:
    responses = {
        status: response
        for status, response in operation.get("responses", {}).items()
        if not response.get("$ref", "").startswith(_SHARED_ERRORS)
    }
    extra = {"post": [KEY_PARAMETER], "put": [VERSION_PARAMETER]}.get(method, [])
    told = operation.get("parameters", [])
    known = {parameter.get("name") for parameter in told}
    parameters = told + [parameter for parameter in extra if parameter["name"] not in known]
    described = {**operation, "responses": {**responses, "default": {"$ref": f"{_SHARED_ERRORS}Problem"}}}
    return {**described, "parameters": parameters} if parameters else described


def _reachable(paths: Spec, schemas: Spec) -> Spec:
    """The schemas that the paths refer to, directly or through others."""
    found: set[str] = {"Problem"}
    waiting = [paths, schemas["Problem"]]
    while waiting:
        for name in _references(waiting.pop()) - found:
            found.add(name)
            waiting.append(schemas[name])
    return {name: schemas[name] for name in sorted(found)}


def _references(part: Any) -> set[str]:
    if isinstance(part, list):
        return set().union(*(_references(item) for item in part))
    if not isinstance(part, dict):
        return set()
    found = set().union(*(_references(value) for value in part.values()))
    reference = part.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/components/schemas/"):
        found.add(reference.rpartition("/")[2])
    return found
