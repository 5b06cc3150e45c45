"""The reference rates by which late payment is told."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed
from gateway.upstream import upstream


@alliance.get("/reference-rates")
@for_reader
def reference_rates() -> str:
    """Every rate with its half-year, and the form for the next."""
    return _page(Faults())


@alliance.post("/reference-rates")
@for_manager
def record_reference_rate() -> Response | tuple[str, int]:
    """Record the rate of a half-year, or put it right."""
    faults = Faults()
    typed = Typed(request.form, faults)
    day = typed.day("from_on", "the first day of the half-year")
    rate = typed.per_cent("per_cent", "the rate")
    if not faults and day is not None and rate is not None:
        with faults.of_service(otherwise="from_on"):
            upstream.put("billing", f"/reference-rates/{day}", json={"per_cent": rate})
    if faults:
        return _page(faults), faults.status
    flash("The rate is recorded.")
    return redirect(url_for("alliance.reference_rates"), 303)


def _page(faults: Faults) -> str:
    rates = ask.items("billing", "/reference-rates")
    return render_template("alliance/reference_rates.html", rates=rates, typed=request.form, faults=faults)
