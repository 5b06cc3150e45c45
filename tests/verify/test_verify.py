"""`bursar verify` says nothing of a clean life, and the right thing of each thing that is broken."""

from collections.abc import Callable, Mapping

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, text

from bursar.cli import main
from bursar.verify import CannotVerify, run, verify
from bursar.verify.run import check_names
from chassis.actor import SERVICE
from chassis.settings import SettingsError
from tests.verify.breakings import BREAKINGS, Breaking
from tests.verify.life import ELDER, Life

NOBODY = "00000000-0000-4000-8000-000000000009"
Break = Callable[[str, str], Mapping[str, str]]


def test_a_clean_life_breaks_nothing(life: Life, environ: Mapping[str, str]) -> None:
    verdict = verify(environ, patience=0)
    assert list(verdict.lines()) == [f"All {len(check_names())} checks hold on 5 databases."]


def test_every_check_has_something_that_breaks_it() -> None:
    assert sorted({breaking.check for breaking in BREAKINGS}) == sorted(check_names())


@pytest.mark.usefixtures("clean_ones_known")
@pytest.mark.parametrize("breaking", BREAKINGS, ids=lambda breaking: breaking.check)
def test_what_is_broken_is_found(broken: Break, breaking: Breaking) -> None:
    verdict = verify(broken(breaking.part, breaking.sql), patience=0)
    lines = [line for line in verdict.lines() if line.startswith(f"BREACH {breaking.check}: ")]
    assert len(lines) == breaking.lines, list(verdict.lines())
    assert any(breaking.said in line for line in lines), lines
    assert {breach.check for breach in verdict.breaches} == {breaking.check, *breaking.also}


def test_the_command_prints_a_line_for_each_breach_and_ends_with_1(broken: Break) -> None:
    check = "gateway.rows_agree_with_their_parents"
    environ = broken("gateway", f"UPDATE session SET person_id = '{NOBODY}'")
    said = CliRunner().invoke(main, ["verify"], env={**environ, "MEMBERS_DATABASE_URL": "in use"})
    assert (said.exit_code, said.output.splitlines()) == (
        1,
        [
            "Must hold: Every row's parent exists, and no row's school, supplier or order differs from its parent's.",
            f"BREACH {check}: session of (person_id) = ({NOBODY}): there is no such person",
        ],
    )


def test_the_command_ends_with_0_where_all_is_well(environ: Mapping[str, str]) -> None:
    said = CliRunner().invoke(main, ["verify"], env={**environ, "MEMBERS_DATABASE_URL": "in use"})
    assert (said.exit_code, said.output) == (0, f"All {len(check_names())} checks hold on 5 databases.\n")


def test_a_consumer_that_is_behind_misses_what_it_has_not_taken(broken: Break) -> None:
    environ = broken("catalogue", "UPDATE consumer_cursor SET position = 0")
    assert {breach.check for breach in verify(environ, patience=0).breaches} == {
        "catalogue.cursor_is_at_the_head_of_members",
        "catalogue.suppliers_are_as_told_by_members",
    }


def test_workers_get_the_time_to_catch_up(
    life: Life, environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    life.join(ELDER, "Elder School")
    looked: list[float] = []

    def wait(seconds: float) -> None:
        looked.append(seconds)
        life.tell()
        life.rest()

    monkeypatch.setattr(run.time, "sleep", wait)
    assert verify(environ, patience=3600).breaches == ()
    assert len(looked) == 1


def test_an_event_that_was_discarded_is_not_missed(life: Life, broken: Break) -> None:
    """Its consumer does without it, on record; the rest must still be as told."""
    discarded = """
        INSERT INTO parked_event
            (producer, position, key, type, event, error, resolution, resolved_at, resolved_by, reason)
        SELECT 'members', position, 'a', 'SupplierRecorded', '{{}}', 'X', 'discarded', now(), 'Ada', 'Wrong'
        FROM unnest(ARRAY[{positions}]) AS position;
        DELETE FROM supplier_details WHERE email = 'fenwright@trade.example';
        DELETE FROM supplier WHERE name = 'fenwright'
    """
    missing = {f"billing.{copied}_are_as_told_by_members" for copied in ("suppliers", "supplier_details")}
    of_fenwright = text("""
        SELECT position FROM event_log WHERE type = 'SupplierRecorded' AND body ->> 'name' = 'fenwright'
    """)
    with life.databases["members"].database.transaction(SERVICE) as connection:
        told_at = list(connection.execute(of_fenwright).scalars())
    life.rest()
    every = ", ".join(map(str, told_at))
    found = verify(broken("billing", discarded.format(positions=every)), patience=0)
    assert found.breaches == ()
    found = verify(broken("billing", discarded.format(positions=max(told_at) + 1)), patience=0)
    assert {breach.check for breach in found.breaches} == missing


def test_only_so_many_breaches_of_a_check_are_listed(broken: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_MOST", 1)
    environ = broken("members", "UPDATE school SET town = 'Dover'")
    lines = [str(breach) for breach in verify(environ, patience=0).breaches]
    assert len(lines) == 2
    assert lines[1] == "BREACH members.schools_are_told: and more; only 1 are listed"


def test_a_login_that_does_not_see_every_row_is_refused(life: Life, environ: Mapping[str, str]) -> None:
    with pytest.raises(CannotVerify, match="row-level security"):
        verify({**environ, "ORDERS_MIGRATION_DATABASE_URL": life.databases["orders"].app_url}, patience=0)


def test_a_database_that_does_not_answer_is_named(environ: Mapping[str, str]) -> None:
    url = make_url(environ["ORDERS_MIGRATION_DATABASE_URL"]).set(database="no_such_database")
    with pytest.raises(CannotVerify, match="no_such_database"):
        verify({**environ, "ORDERS_MIGRATION_DATABASE_URL": url.render_as_string(hide_password=False)}, patience=0)


def test_every_owners_address_is_needed() -> None:
    with pytest.raises(SettingsError) as fault:
        verify({}, patience=0)
    assert len(fault.value.faults) == 5
