"""Stacks, alliances, hands and troubles for the stories."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from tests import backends
from tests.e2e.alliance import TWELVE_NAMES, Alliance, found_alliance
from tests.e2e.hands import ApiHands, Hands
from tests.e2e.stack import Doubles, Killings, Purges, Stack, Trouble
from tests.e2e.web_hands import WebHands

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_urns = count(910_001, 20)


@pytest.fixture(scope="package", params=["pgmq", pytest.param("rabbitmq", marks=pytest.mark.rabbitmq)])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The product with embedded PostgreSQL, once with `pgmq://` and once with RabbitMQ."""
    folder: Path = tmp_path_factory.mktemp(f"stack-{request.param}")
    if request.param == "pgmq":
        yield from _running(Stack(folder))
        return
    try:
        backends.rabbitmq()
    except backends.BackendMissing as missing:
        pytest.skip(str(missing))
    with backends.fresh_broker("rabbitmq") as url:
        yield from _running(Stack(folder, broker_url=url))


def _running(stack: Stack) -> Iterator[Stack]:
    stack.start()
    try:
        yield stack
        stack.caught_up()
        assert stack.verify() == [], "what the tests left behind breaks an invariant"
    finally:
        stack.stop()


@pytest.fixture
def alliance(stack: Stack) -> Alliance:
    """An alliance of the story's own."""
    return found_alliance(stack, next(_urns))


@pytest.fixture
def alliance_of_twelve(stack: Stack) -> Alliance:
    """An alliance of twelve schools."""
    return found_alliance(stack, next(_urns), TWELVE_NAMES)


@pytest.fixture(scope="module")
def module_alliance(stack: Stack) -> Alliance:
    """An alliance for tests that change nothing."""
    return found_alliance(stack, next(_urns))


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium."""
    launched = playwright.chromium.launch(executable_path=backends.CHROMIUM, args=CHROMIUM_FLAGS)
    yield launched
    launched.close()


# In a browser with every trouble that people may notice; what befalls messages does not depend on whose hands act.
TELLINGS = [("web", "killed"), *(("api", trouble) for trouble in ("calm", "killed", "purged", "doubled"))]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tell a story by each kind of hands, and in each kind of trouble."""
    if {"hands", "trouble"} <= set(metafunc.fixturenames):
        told = [
            pytest.param(*telling, marks=[pytest.mark.browser] if telling[0] == "web" else []) for telling in TELLINGS
        ]
        metafunc.parametrize(("hands", "trouble"), told, indirect=True)


@pytest.fixture
def hands(request: pytest.FixtureRequest, alliance: Alliance) -> Iterator[Hands]:
    """The hands that act in the story: a program's, and people's."""
    if request.param == "api":
        yield ApiHands(alliance)
        return
    web = WebHands(alliance, request.getfixturevalue("browser"))
    yield web
    web.close()


@pytest.fixture
def trouble(request: pytest.FixtureRequest, stack: Stack) -> Iterator[Trouble]:
    """What happens between every pair of steps."""
    kind = {"calm": Trouble, "killed": Killings, "purged": Purges, "doubled": Doubles}[request.param]
    visitor = kind(stack)
    yield visitor
    visitor.leaves()


@pytest.fixture
def verified(stack: Stack) -> Callable[[], list[str]]:
    """What `bursar verify` finds, once everything has been heard everywhere."""

    def run() -> list[str]:
        stack.caught_up()
        return stack.verify()

    return run
