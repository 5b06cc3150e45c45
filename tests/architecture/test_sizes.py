"""A place that has grown too large asks for a better division."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("bench", "bursar", "chassis", "contracts", "gateway", "services")
LONGEST_MODULE = 300
LONGEST_FUNCTION = 50
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "misc", "util", "helper"}


def modules() -> list[Path]:
    return [
        path
        for part in PARTS
        for path in sorted((ROOT / part).rglob("*.py"))
        if "migrations" not in path.parts and "build" not in path.parts
    ]


def test_there_are_modules_to_look_at() -> None:
    assert len(modules()) > 100


@pytest.mark.parametrize("part", PARTS)
def test_modules_fit(part: str) -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules()
        if path.relative_to(ROOT).parts[0] == part
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    }
    assert not long


@pytest.mark.parametrize("part", PARTS)
def test_functions_fit_a_screen(part: str) -> None:
    long = []
    for path in modules():
        if path.relative_to(ROOT).parts[0] != part:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {lines} lines")
    assert not long


def test_names_say_what_a_module_is() -> None:
    vague = [str(path.relative_to(ROOT)) for path in modules() if FORBIDDEN_NAMES & {path.stem, path.parent.name}]
    assert not vague


def test_no_error_is_swallowed() -> None:
    swallowed = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body):
                swallowed.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not swallowed
