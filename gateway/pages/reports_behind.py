"""What stands behind a figure of a report: the list of documents that it was summed from, a page at a time."""

from typing import Any, Final

from flask import Response, abort, render_template, request, url_for

from gateway.pages import ask
from gateway.pages.files import passed_on
from gateway.pages.report_sources import SOURCES, Source
from gateway.pages.reports import SIDES, Side, days_of_file, shown

_NARROWING: Final = ("school_urn", "category", "round_id", "offer_id", "lead_urn", "supplier_id")


def _register(side: Side) -> None:
    def report_behind(name: str) -> str:
        source = _source(side, name)
        asked = _narrowed(source)
        found = ask.one(source.service, f"{source.path}/behind", **asked, after=request.args.get("after"))
        here = days_of_file() | _narrowing()
        return render_template(
            "report.html",
            side=side,
            report=found,
            sections=[shown(section, side.name) for section in found["sections"]],
            charts=[],
            documents={"xlsx": url_for(f"{side.name}.report_behind_document", name=name, **here)},
            period=None,
            here={"name": name, **here},
            above=_above(side, name),
        )

    def report_behind_document(name: str) -> Response:
        source = _source(side, name)
        return passed_on(source.service, f"{source.path}/behind.xlsx", _narrowed(source))

    side.blueprint.get("/reports/<name>/behind", endpoint="report_behind")(side.may_read(report_behind))
    side.blueprint.get("/reports/<name>/behind.xlsx", endpoint="report_behind_document")(
        side.may_read(report_behind_document)
    )


def _source(side: Side, name: str) -> Source:
    if name not in side.titles:
        abort(404)
    return SOURCES[name]


def _above(side: Side, name: str) -> tuple[str, str]:
    """The report that the figure stands in, as people call it, and its address: a round's own, or one over time."""
    if side.of_rounds and "round_id" in request.args:
        return "Report on the round", url_for(f"{side.name}.round_report", round_id=request.args["round_id"])
    return side.titles[name][0], url_for(f"{side.name}.report", name=name, **days_of_file())


def _narrowed(source: Source) -> dict[str, Any]:
    """The days, and what else the address narrows a figure to, as the service calls them."""
    return source.params(days_of_file()) | _narrowing()


def _narrowing() -> dict[str, str]:
    return {key: request.args[key] for key in _NARROWING if key in request.args}


for _side in SIDES:
    _register(_side)
