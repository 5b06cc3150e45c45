"""The deployed product in the place of the embedded one, for the same story."""

from collections.abc import Callable, Iterator

import pytest

from tests import backends
from tests.compose.stack import ComposeStack, compose_command
from tests.e2e.alliance import Alliance, found_alliance
from tests.e2e.hands import ApiHands, Hands
from tests.e2e.stack import Trouble

HALFWAY = 5
FIRST_URN = 920_001


class OneKilling(Trouble):
    """Half-way through the story the orders' worker is killed."""

    visits_made = 0

    def visits(self) -> None:
        self.visits_made += 1
        if self.visits_made == HALFWAY:
            self._stack.kill_worker("orders")

    def leaves(self) -> None:
        assert self.visits_made > HALFWAY


@pytest.fixture(scope="module")
def stack() -> Iterator[ComposeStack]:
    """Eighteen containers, gone again before the next file's tests."""
    if not compose_command():
        pytest.skip("docker-compose is not installed")
    if not backends.engine_answers():
        pytest.skip("no Docker engine answers")
    stack = ComposeStack()
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def alliance(stack: ComposeStack) -> Alliance:
    return found_alliance(stack, FIRST_URN)


@pytest.fixture
def hands(alliance: Alliance) -> Hands:
    return ApiHands(alliance)


@pytest.fixture
def trouble(stack: ComposeStack) -> Iterator[OneKilling]:
    trouble = OneKilling(stack)
    yield trouble
    trouble.leaves()


@pytest.fixture
def verified(stack: ComposeStack) -> Callable[[], list[str]]:
    def run() -> list[str]:
        stack.caught_up()
        return stack.verify()

    return run
