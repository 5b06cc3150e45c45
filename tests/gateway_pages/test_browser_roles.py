"""axe finds no violation on what each role sees of a page: roles have other buttons, columns and ways on."""

from typing import Final

import pytest

from gateway.domain.sessions import KeptForm
from tests.gateway_pages.addresses import PAGES
from tests.gateway_pages.test_browser import Window, _violations, address, window
from tests.gateway_pages.world import OPEN

__all__ = ["address", "window"]

pytestmark = pytest.mark.browser

OTHERS: Final = {
    "school": ("buyer", "approver", "governor"),
    "alliance": ("manager", "administrator", "board"),
    "supplier": ("supplier", "supplier_head"),
}
WALKS: Final = [(door, who) for door, roles in OTHERS.items() for who in roles]


@pytest.mark.parametrize(("door", "who"), WALKS, ids=[who for _, who in WALKS])
def test_every_page_is_accessible_as_each_role_sees_it(window: Window, door: str, who: str) -> None:
    window.page.set_viewport_size({"width": 1280, "height": 800})
    paths = [path for usual, _, path in PAGES if path.startswith(f"/{door}") and usual != who]
    window.open(who, f"/{door}")
    origin = window.page.url.removesuffix(f"/{door}")
    opened = [path for path in paths if window.page.request.get(origin + path).ok]
    for path in opened:
        window.open(who, path)
        assert _violations(window.page) == [], path
    assert opened


def test_what_was_kept_of_an_ended_session_is_accessible(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptForm(path=f"/school/rounds/{OPEN}/order", fields=(("q.1", "3"),))
    monkeypatch.setattr("gateway.pages.sign_in.form_kept_for_me", lambda: kept)
    page = window.open("buyer", "/what-you-typed")
    for width in (1280, 768, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert _violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
