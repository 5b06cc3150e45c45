"""Every table of the pages that show money as a spreadsheet: the rows of the screen, each table on a sheet of its own.

`?as=xlsx` at a page's address. The page itself is read, so the sheet can never say something else than the screen; the
table that the page shows in parts, marked `data-paged`, follows part by part, while the file is on its way.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, current_app, request, url_for
from lxml import html
from markupsafe import Markup

from chassis.workbooks import XLSX, Cell, Table, tables_as_xlsx
from gateway.pages.layout import below

_MONEY_PAGES: Final = (
    "alliance.home",
    "alliance.rounds",
    "alliance.contracts",
    "alliance.purchase_orders",
    "alliance.claims",
    "alliance.services",
    "alliance.money",
    "alliance.invoices",
    "alliance.bills",
    "alliance.bank",
    "alliance.reports",
    "alliance.schools",
    "alliance.suppliers",
    "alliance.people",
    "school.deliveries",
    "school.services",
    "school.bills",
    "school.account",
    "school.fund",
    "school.budgets",
    "school.reports",
    "supplier.orders",
    "supplier.drops",
    "supplier.offers",
    "supplier.claims",
    "supplier.reports",
    "supplier.invoices",
    "supplier.remittances",
)
"""Places of the bar whose pages, and those that belong to them, can be taken as spreadsheets."""

_LINKS: Final = Markup('<p class="no-print spreadsheet">{}</p>')
_SPREADSHEET: Final = Markup('<a href="{}" download>These tables as a spreadsheet</a>')
_EXPORTS: Final = Markup('<a href="{}">Export to your accounts program</a>')
_TITLE: Final = 28
_TABLE: Final = re.compile(r"<table.*?</table>", re.DOTALL)
_TABLES: Final = "//main//table[not(.//*[contains(@class, 'form-control')])]"
"""What is shown, and not filled in."""
_MONEY: Final = re.compile(r"(−?)£([0-9,]+\.[0-9]{2})")
_COUNT: Final = re.compile(r"−?[0-9]{1,3}(?:,[0-9]{3})*")
_OUTSIDE: Final = re.compile(r"[\[\]:*?/\\']")
_HIDDEN: Final = "visually-hidden"
_PAGED: Final = "data-paged"
_OWN: Final = "data-spreadsheet"
"""Marks a report's own spreadsheet, made of the same figures: it needs no second link below."""


class PartMissing(RuntimeError):
    """A part of a page could not be read: the file breaks off rather than look whole."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """The parts of a page that follow: the address of the next, and the request as whose they are read."""

    app: Flask
    environ: dict[str, Any]
    address: str | None


def is_asked() -> bool:
    """Whether the page is read for its spreadsheet, where a page of many tables has those of all its parts."""
    return request.args.get("as") == "xlsx"


def register(app: Flask) -> None:
    """Offer the spreadsheet below a page's tables, and send it to whoever asks for it."""
    app.jinja_env.filters["with_spreadsheet"] = _with_link

    @app.after_request
    def as_spreadsheet(response: Response) -> Response:
        if not is_asked() or response.status_code != 200 or response.mimetype != "text/html":
            return response
        if not _is_money_page() or response.is_streamed:
            return response
        page = html.document_fromstring(response.get_data())
        tables = _tables(page)
        if not tables:
            return response
        name = re.sub(r"[^A-Za-z0-9]+", "-", str(page.xpath("string(//h1)"))).strip("-") or "tables"
        answer = Response(tables_as_xlsx(tables), mimetype=XLSX)
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
        return answer


def _with_link(content: Markup) -> Markup:
    """What a page shows, with the way to its spreadsheet where it has tables and none of its own."""
    if request.method != "GET" or not _is_money_page() or not _shows_tables(content):
        return content
    exports = url_for("school.exports") if below("school.bills") or below("school.account") else ""
    own = _OWN in content
    if own and not exports:
        return content
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in ("as", "after")]
    links = [] if own else [_SPREADSHEET.format(f"{request.path}?{urlencode([*kept, ('as', 'xlsx')])}")]
    links += [_EXPORTS.format(exports)] if exports else []
    return content + _LINKS.format(Markup(" · ").join(links))


def _shows_tables(content: str) -> bool:
    return any("form-control" not in table[0] for table in _TABLE.finditer(content))


def _is_money_page() -> bool:
    side = f"{request.blueprint}."
    return any(below(place) for place in _MONEY_PAGES if place.startswith(side))


def _tables(page: html.HtmlElement) -> list[Table]:
    following, tables = _address_of_next(page), page.xpath(_TABLES)
    if following and tables and sum(_PAGED in table.attrib for table in tables) != 1:
        raise PartMissing(f"{request.path} is shown in parts, and not exactly one of its tables is marked {_PAGED}.")
    rest = _Rest(current_app._get_current_object(), dict(request.environ), following)  # type: ignore[attr-defined]
    made: list[Table] = []
    for place, table in enumerate(tables):
        heads = _headings(table)
        made.append(Table(_title(table, place), heads, _all_rows(table, heads, rest)))
    return made


def _all_rows(table: html.HtmlElement, heads: list[str], rest: _Rest) -> Iterator[list[Cell]]:
    """The table's rows, those of a paged one on the parts of the page that follow too, and its sums."""
    yield from _rows(table, len(heads), "tbody")
    following, seen = rest.address if _PAGED in table.attrib else None, set[str]()
    while following and following not in seen:
        seen.add(following)
        page = _page_at(rest, following)
        for more in page.xpath(f"//main//table[@{_PAGED}]"):
            yield from _rows(more, len(heads), "tbody")
        following = _address_of_next(page)
    yield from _rows(table, len(heads), "tfoot")


def _page_at(rest: _Rest, address: str) -> html.HtmlElement:
    """Another part of the page, as the same person sees it. Raises PartMissing."""
    query = "&".join(part for part in urlsplit(address).query.split("&") if part != "as=xlsx")
    with rest.app.request_context({**rest.environ, "QUERY_STRING": query, "HTTP_ACCEPT_ENCODING": "identity"}):
        answer = rest.app.full_dispatch_request()
        if answer.status_code != 200:
            raise PartMissing(f"{address} answered {answer.status_code}.")
        return html.document_fromstring(answer.get_data())


def _address_of_next(page: html.HtmlElement) -> str | None:
    found = page.xpath("//main//nav[@aria-label='More']//a/@href")
    return str(found[0]) if found else None


def _headings(table: html.HtmlElement) -> list[str]:
    heads = [_text(cell) for cell in table.xpath("./thead/tr[1]/*")]
    return heads or [""] * max((_width(row) for row in table.xpath(".//tr")), default=1)


def _rows(table: html.HtmlElement, width: int, part: str) -> list[list[Cell]]:
    made = []
    for row in table.xpath(f"./{part}/tr"):
        cells: list[Cell] = []
        for cell in row.xpath("./td | ./th"):
            cells += [_value(cell), *[None] * (int(cell.get("colspan") or 1) - 1)]
        made.append((cells + [None] * width)[:width])
    return made


def _value(cell: html.HtmlElement) -> Cell:
    """Money and counts as numbers, a day as an ISO date, everything else as it reads."""
    text = _text(cell)
    if found := _MONEY.fullmatch(text):
        pounds = Decimal(found[2].replace(",", ""))
        return -pounds if found[1] else pounds
    if "n" in (cell.get("class") or "").split() and _COUNT.fullmatch(text):
        return int(text.replace(",", "").replace("−", "-"))
    days = cell.xpath(".//time/@datetime")
    if len(days) == 1 and text == _text(cell.xpath(".//time")[0]) and len(days[0]) == len(str(date.min)):
        return str(days[0])
    return text


def _text(element: html.HtmlElement) -> str:
    words = element.xpath(f".//text()[not(ancestor::*[contains(@class, '{_HIDDEN}') or self::script])]")
    return " ".join(" ".join(words).split())


def _width(row: html.HtmlElement) -> int:
    return sum(int(cell.get("colspan") or 1) for cell in row.xpath("./td | ./th"))


def _title(table: html.HtmlElement, place: int) -> str:
    """The nearest heading above, made fit for a sheet and told apart by its place."""
    above = table.xpath("(preceding::h2 | preceding::h1 | preceding::caption)[last()]")
    words = _text(table.xpath("./caption")[0]) if table.xpath("./caption") else _text(above[0]) if above else "Table"
    return f"{place + 1} {_OUTSIDE.sub(' ', words)}"[:_TITLE].strip()
