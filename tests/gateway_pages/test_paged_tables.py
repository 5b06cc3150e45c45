"""A page in parts says which of its tables goes on: without that its spreadsheet could only break off."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gateway
from tests.gateway_pages.addresses import PAGES
from tests.gateway_pages.conftest import Visitor
from tests.gateway_pages.fake import FakeServices

Visit = Callable[[str], Visitor]
_TEMPLATES = Path(gateway.__file__).parent / "templates"
_ALL_AT_ONCE = {"alliance/workbench.html", "alliance/invoice.html", "supplier/invoice.html"}
"""These read all their parts where the spreadsheet is asked for, and so have no next one."""


def test_a_template_in_parts_marks_the_one_table_that_goes_on() -> None:
    marked = {
        path.relative_to(_TEMPLATES).as_posix(): source.count("data-paged")
        for path in _TEMPLATES.rglob("*.html")
        if "ui.pager(" in (source := path.read_text("utf-8")) and "<table" in source
    }
    assert set(marked) >= _ALL_AT_ONCE
    assert {name: count for name, count in marked.items() if name not in _ALL_AT_ONCE and count != 1} == {}


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, _, path in PAGES])
def test_every_spreadsheet_can_be_read_however_many_parts_there_are(
    visit: Visit, services: FakeServices, who: str, path: str
) -> None:
    person = visit(who)
    for key, answer in _with_next(services.table):
        services.after[key] = answer
        services.table[key] = answer | {"next": "more"}
    answer = person.get(f"{path}{'&' if '?' in path else '?'}as=xlsx")
    assert answer.status_code in (200, 303)
    assert answer.get_data()


def _with_next(table: dict[tuple[str, str], Any]) -> list[tuple[tuple[str, str], Any]]:
    return [(key, each) for key, each in table.items() if isinstance(each, dict) and "next" in each]
