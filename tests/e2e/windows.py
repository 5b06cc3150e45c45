"""Browser windows: one for each person of a story, signed in once; and those of people who have no account."""

from playwright.sync_api import Browser, Page, expect

from tests.e2e.alliance import PASSWORD, Alliance

DESK = (1280, 900)
PHONE = (375, 812)


class Windows:
    """The windows of a story; `close` closes them all."""

    def __init__(self, alliance: Alliance, browser: Browser) -> None:
        self._alliance = alliance
        self._browser = browser
        self._pages: dict[str, Page] = {}

    def of(self, email: str, size: tuple[int, int] = DESK) -> Page:
        """That person's window; the first call opens it, of that size, and signs in."""
        if email not in self._pages:
            self._alliance.stack.caught_up()
            page = self._open(email, size)
            page.goto(self.url("/sign-in"))
            page.get_by_label("E-mail address").fill(email)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        return self._pages[email]

    def of_nobody(self) -> Page:
        """A window in which nobody is signed in."""
        return self._open(f"nobody {len(self._pages)}", DESK)

    def url(self, path: str) -> str:
        """The address of a page of the product."""
        return f"{self._alliance.stack.url}{path}"

    def close(self) -> None:
        """Close every window."""
        for page in self._pages.values():
            page.context.close()

    def _open(self, name: str, size: tuple[int, int]) -> Page:
        width, height = size
        page = self._browser.new_context(viewport={"width": width, "height": height}).new_page()
        self._pages[name] = page
        return page
