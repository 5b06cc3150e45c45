"""Fixtures that every part's tests share: real databases, real brokers, service clients, event delivery."""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Playwright, sync_playwright
from xdist.scheduler import LoadScopeScheduling

from tests import backends
from tests.backends import BackendMissing, ServiceDatabase
from tests.clients import Clients

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
# Builds an image and starts eighteen containers: `make compose-test` asks for it.
collect_ignore = [] if os.environ.get("COMPOSE_TEST") == "1" else ["compose"]
LONGEST = ("tests/e2e/", "tests/verify/", "tests/compose/", "tests/demo/")
REQUIRED = os.environ.get("REQUIRE_BACKENDS") == "1"


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        backends.begin_session()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        backends.end_session()


def pytest_report_header() -> list[str]:
    return backends.plan()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if used := backends.used():
        terminalreporter.write_line(f"Backing services used: {', '.join(used)}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long in front, so that nobody waits for it at the end."""
    items.sort(key=lambda item: next((rank for rank, path in enumerate(LONGEST) if path in item.nodeid), len(LONGEST)))
    if backends.CHROMIUM is None:
        missing = pytest.mark.skip(reason="Chromium is not installed (Debian: apt install chromium-headless-shell)")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(missing)


class _Worlds(LoadScopeScheduling):
    """One process runs what shares a world: a file, or all stories on one transport, which share a running product."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        transport = next((each for each in ("pgmq", "rabbitmq") if each in nodeid.partition("[")[2]), "")
        return f"stories on {transport}" if transport and path.startswith("tests/e2e/") else path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: the stories wait for a running product more than they compute."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """How the tests are handed out to processes."""
    return _Worlds(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _skip_is_failure((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _skip_is_failure((yield))


def _skip_is_failure(report: Report) -> Report:
    """With REQUIRE_BACKENDS=1 nothing may be left out unseen: a skipped test is a failed one, and says why."""
    if REQUIRED and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: {reason} (REQUIRE_BACKENDS=1 turns a skip into a failure)"
    return report


@pytest.fixture
def databases() -> Iterator[Callable[[str], ServiceDatabase]]:
    """`databases("orders")`: a fresh, really migrated database of that part at each call."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(backends.fresh_database(name))


@pytest.fixture(scope="module")
def module_databases() -> Iterator[Callable[[str], ServiceDatabase]]:
    """As `databases`, but kept for a module whose tests only read, or build on one another."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(backends.fresh_database(name))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Drives Debian's Chromium. One for the whole run: a second one beside it would refuse to start."""
    with sync_playwright() as running:
        yield running


@pytest.fixture
def broker_url() -> Iterator[str]:
    """An empty broker of the kind that this machine offers first."""
    with _broker(backends.default_broker_kind()) as url:
        yield url


@pytest.fixture(params=["pgmq", pytest.param("rabbitmq", marks=pytest.mark.rabbitmq)])
def any_broker(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty broker, once of each kind."""
    with _broker(request.param) as url:
        yield url


@pytest.fixture
def service_client(databases: Callable[[str], ServiceDatabase]) -> Clients:
    """`service_client("orders", actor)`: that service's HTTP door as `actor` sees it.

    All clients of one service share a database in one test; `service_client.database("orders")` is that database,
    and `service_client("orders", actor, database=…)` takes another.
    """
    return Clients(databases)


def _broker(kind: str) -> Any:
    try:
        if kind == "rabbitmq":
            backends.rabbitmq()
    except BackendMissing as fault:
        pytest.skip(str(fault))
    return backends.fresh_broker(kind)
