"""VAT by month, category and rate, and the figures of form VAT126: for a school its own, for the alliance all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, render_template, request, url_for

from contracts.london import london_today
from gateway.pages import ask
from gateway.pages.doors import alliance, for_reader, for_school, own_urn, school
from gateway.pages.faults import Faults
from gateway.pages.files import passed_on
from gateway.pages.reports import shown
from gateway.upstream import upstream

View = Callable[..., Any]

_SUFFIXES: Final = (("xlsx", "Spreadsheet"), ("csv", "CSV"), ("pdf", "PDF"))


@dataclass(frozen=True, slots=True)
class Side:
    """Where one kind of seat finds its VAT: its blueprint, who may read, and the page that leads here."""

    name: str
    blueprint: Blueprint
    may_read: Callable[[View], View]
    above: tuple[str, str]


SIDES: Final = (
    Side("school", school, for_school, ("Bills", "school.bills")),
    Side("alliance", alliance, for_reader, ("Money", "alliance.money")),
)


def _register(side: Side) -> None:
    def vat_report() -> str:
        return _page(side, "vat", _asked(side))

    def vat_report_file(suffix: str) -> Response:
        return passed_on("billing", f"/reports/vat.{suffix}", _asked(side))

    def vat126() -> str:
        asked = _asked(side)
        return _page(side, "vat126", asked) if asked.get("school_urn") else _choose(side)

    def vat126_file(suffix: str) -> Response:
        return passed_on("billing", f"/reports/vat126.{suffix}", _asked(side))

    for address, view in (
        ("/vat-report", vat_report),
        ("/vat-report.<any(xlsx, csv, pdf):suffix>", vat_report_file),
        ("/vat126", vat126),
        ("/vat126.<any(xlsx, csv, pdf):suffix>", vat126_file),
    ):
        side.blueprint.get(address, endpoint=view.__name__)(side.may_read(view))


def _page(side: Side, name: str, asked: dict[str, Any]) -> str:
    faults, report = Faults(), None
    with faults.of_service({"from": "from", "to": "to", "school_urn": "school_urn"}, otherwise="to"):
        report = upstream.get("billing", f"/reports/{name}", params=asked).json()
    endpoint = f"{side.name}.{'vat_report' if name == 'vat' else 'vat126'}"
    return render_template(
        "vat_report.html",
        side=side,
        name=name,
        asked=asked,
        report=report,
        schools=_schools(side, name),
        sections=[shown(section, side.name) for section in report["sections"]] if report else [],
        documents=[(says, url_for(f"{endpoint}_file", suffix=suffix, **asked)) for suffix, says in _SUFFIXES],
        faults=faults,
    )


def _choose(side: Side) -> str:
    """The page without a report: the alliance says which school claims."""
    return render_template(
        "vat_report.html",
        side=side,
        name="vat126",
        asked=_asked(side),
        report=None,
        schools=_schools(side, "vat126"),
        sections=[],
        documents=[],
        faults=Faults(),
    )


def _schools(side: Side, name: str) -> list[tuple[int, str]]:
    """Those to choose from: an authority claims for its schools, so that form VAT126 is not for them."""
    found = ask.items("members", "/schools") if side.name == "alliance" else []
    may_ask = [each for each in found if name == "vat" or each["vat_refund"] != "authority"]
    return sorted(((each["urn"], each["name"]) for each in may_ask), key=lambda each: each[1])


def _asked(side: Side) -> dict[str, Any]:
    """The months and the school that are asked for; this month and the two before it without any."""
    today = london_today()
    back = today.year * 12 + today.month - 3
    asked: dict[str, Any] = {
        "from": request.args.get("from") or f"{back // 12:04}-{back % 12 + 1:02}",
        "to": request.args.get("to") or f"{today:%Y-%m}",
    }
    urn = str(own_urn()) if side.name == "school" else request.args.get("school_urn", "")
    if urn:
        asked["school_urn"] = urn
    return asked


for _side in SIDES:
    _register(_side)
