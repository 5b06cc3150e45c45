"""`bursar verify` says nothing of a clean life, and the right thing of each thing that is broken."""

from collections.abc import Callable, Mapping

import pytest

from bursar.verify import CannotVerify, verify
from bursar.verify.check import Link, strays
from bursar.verify.run import CHECKS, check_names
from chassis.settings import SettingsError
from tests.verify.breakings import BREAKINGS, Breaking
from tests.verify.life import Life

Break = Callable[[str, str], Mapping[str, str]]


def test_a_clean_life_breaks_nothing(life: Life, environ: Mapping[str, str]) -> None:
    verdict = verify(environ, patience=0)
    assert list(verdict.lines()) == [f"All {len(check_names())} checks hold on 5 databases."]


def test_every_check_has_something_that_breaks_it() -> None:
    assert sorted({breaking.check for breaking in BREAKINGS}) == sorted(check_names())


@pytest.mark.parametrize("breaking", BREAKINGS, ids=lambda breaking: breaking.check)
def test_what_is_broken_is_found(broken: Break, breaking: Breaking) -> None:
    verdict = verify(broken(breaking.part, breaking.sql), patience=0)
    lines = [line for line in verdict.lines() if line.startswith(f"BREACH {breaking.check}: ")]
    assert len(lines) == breaking.lines, list(verdict.lines())
    assert any(breaking.said in line for line in lines), lines
    assert {breach.check for breach in verdict.breaches} == {breaking.check, *breaking.also}
