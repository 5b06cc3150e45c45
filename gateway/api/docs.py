"""The API's description turned into what the page `/api/docs` shows."""

from dataclasses import dataclass
from typing import Any

from gateway.api.forwarding import PREFIX

Spec = dict[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")
_BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "minLength": "{} characters or more",
    "maxLength": "{} characters or fewer",
    "minItems": "{} items or more",
    "maxItems": "{} items or fewer",
    "pattern": "like {}",
    "default": "{} if not given",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or property; `schema` names the schema to link to, if its type is one."""

    name: str
    type: str
    schema: str | None
    required: bool
    rules: str


@dataclass(frozen=True, slots=True)
class Body:
    """A request or answer: its status (empty for a request), media type and schema."""

    status: str
    text: str
    media_type: str
    type: str
    schema: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    anchor: str
    method: str
    path: str
    summary: str
    parameters: tuple[Field, ...]
    request: tuple[Body, ...]
    answers: tuple[Body, ...]


def operations_by_resource(description: Spec) -> dict[str, list[Operation]]:
    """Every operation under its resource, in the order of the paths."""
    groups: dict[str, list[Operation]] = {}
    for path, item in description["paths"].items():
        for method in _METHODS:
            if method in item:
                resource = path.removeprefix(f"{PREFIX}/").split("/")[0]
                groups.setdefault(resource, []).append(_operation(path, method, item))
    return groups


def fields_by_schema(description: Spec) -> dict[str, list[Field]]:
    """The properties of every schema."""
    return {name: list(_properties(schema)) for name, schema in description["components"]["schemas"].items()}


def _operation(path: str, method: str, item: Spec) -> Operation:
    told = item[method]
    parameters = [*item.get("parameters", ()), *told.get("parameters", ())]
    return Operation(
        anchor=f"{method}{path.replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=path,
        summary=told.get("summary", ""),
        parameters=tuple(_parameter(parameter) for parameter in parameters),
        request=tuple(_bodies("", told.get("requestBody", {}))),
        answers=tuple(
            body
            for status, answer in told.get("responses", {}).items()
            if status != "default"
            for body in _bodies(status, answer) or [Body(status, answer.get("description", ""), "", "", None)]
        ),
    )


def _parameter(told: Spec) -> Field:
    field = _field(told["name"], told.get("schema", {}), required=told.get("required", False))
    rules = ", ".join(rule for rule in (f"in {told['in']}", field.rules, told.get("description", "")) if rule)
    return Field(field.name, field.type, field.schema, field.required, rules)


def _bodies(status: str, told: Spec) -> list[Body]:
    return [
        Body(status, told.get("description", ""), media_type, *_type(content.get("schema", {})))
        for media_type, content in told.get("content", {}).items()
    ]


def _properties(schema: Spec) -> list[Field]:
    parts = [field for part in schema.get("allOf", ()) for field in _inherited(part)]
    required = schema.get("required", ())
    own = [_field(name, told, required=name in required) for name, told in schema.get("properties", {}).items()]
    return parts + own


def _inherited(part: Spec) -> list[Field]:
    if "$ref" in part:
        return [Field("…", *_type(part), required=False, rules="and all its fields")]
    return _properties(part)


def _field(name: str, schema: Spec, *, required: bool) -> Field:
    bounds = [text.format(schema[key]) for key, text in _BOUNDS.items() if schema.get(key) not in (None, "")]
    if "enum" in schema:
        bounds.append("one of " + ", ".join(str(value) for value in schema["enum"]))
    if told := schema.get("description"):
        bounds.append(told)
    return Field(name, *_type(schema), required=required, rules=", ".join(bounds))


def _type(schema: Spec) -> tuple[str, str | None]:
    """A type in words, and the schema to link to."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name, name
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            types = [_type(part) for part in schema[choice]]
            return " or ".join(text for text, _ in types), next((link for _, link in types if link), None)
    kinds = schema.get("type", "any")
    if kinds == "array":
        text, link = _type(schema.get("items", {}))
        return f"list of {text}", link
    words = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    return (f"{words} ({schema['format']})" if "format" in schema else words), None
