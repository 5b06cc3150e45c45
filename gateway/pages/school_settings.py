"""What a school keeps about itself: who it is for the alliance, and where it takes deliveries."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from contracts.school_types import MEMBERSHIP_CLASSES, VAT_REFUNDS
from gateway.pages import ask, catalogue_words
from gateway.pages.doors import for_receiver, for_school, own_urn, school
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, seen_version
from gateway.upstream import upstream

NEW = "new"


@school.get("/settings")
@for_school
def settings() -> str:
    """The school as the alliance knows it, and the way to what it decides for itself."""
    urn = own_urn()
    return render_template(
        "school/settings.html",
        school=ask.one("members", f"/schools/{urn}"),
        sites=ask.items("members", f"/schools/{urn}/sites"),
        counts=ask.items("members", f"/schools/{urn}/pupil-counts"),
        certificates=[
            each
            for each in ask.items_or_none("catalogue", "/vat-exceptions") or []
            if each["school_urn"] == urn and not each["withdrawn"]
        ],
        words=catalogue_words,
        classes=MEMBERSHIP_CLASSES,
        refunds=VAT_REFUNDS,
    )


@school.get("/settings/sites")
@for_receiver
def sites() -> str:
    """The form of all delivery sites, with room for one more."""
    return _sites_page(Faults())


@school.post("/settings/sites")
@for_receiver
def save_sites() -> Response | tuple[str, int]:
    """Write all delivery sites."""
    faults = Faults()
    rows = _rows(faults)
    wanted = [row for row in rows if not row["gone"]]
    if not faults:
        fields = {
            f"sites.{index}.{name}": f"{name}-{row['number']}"
            for index, row in enumerate(wanted)
            for name in ("name", "address", "postcode", "instructions")
        }
        first = f"main-{wanted[0]['number']}" if wanted else f"main-{NEW}"
        with faults.of_service({**fields, "main": first}):
            upstream.put(
                "members",
                f"/schools/{own_urn()}/sites",
                json={"sites": [_site(row) for row in wanted]},
                etag=seen_version(),
            )
    if faults:
        return _sites_page(faults, rows), faults.status
    flash("The delivery sites are saved. Orders from now on can name them.")
    return redirect(url_for("school.settings"), 303)


def _rows(faults: Faults) -> list[dict[str, Any]]:
    """The sites as they were typed; the new one only if anything of it was."""
    typed = Typed(request.form, faults)
    numbers: list[str] = []
    while f"name-{len(numbers)}" in request.form:
        numbers.append(str(len(numbers)))
    if any(request.form.get(f"{name}-{NEW}", "").strip() for name in ("name", "address", "postcode", "instructions")):
        numbers.append(NEW)
    rows = []
    for number in numbers:
        gone = bool(request.form.get(f"gone-{number}"))
        rows.append(
            {
                "number": number,
                "site_id": request.form.get(f"site_id-{number}") or None,
                "name": typed.text(f"name-{number}", "a name for the site", needed=not gone),
                "address": typed.text(f"address-{number}", "the address", needed=not gone),
                "postcode": typed.text(f"postcode-{number}", "the postcode", needed=not gone),
                "instructions": typed.text(f"instructions-{number}", "instructions", needed=False),
                "main": request.form.get("main") == number,
                "gone": gone,
            }
        )
    kept = [row for row in rows if not row["gone"]]
    if len(kept) == 1:
        kept[0]["main"] = True
    return rows


def _site(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("site_id", "name", "address", "postcode", "instructions", "main")}


def _sites_page(faults: Faults, rows: list[dict[str, Any]] | None = None) -> str:
    answer = upstream.get("members", f"/schools/{own_urn()}/sites")
    stored = [{**site, "number": str(number), "gone": False} for number, site in enumerate(answer.json()["items"])]
    version = request.form.get("version") or (answer.etag or "0").strip('"')
    shown = stored if rows is None else [row for row in rows if row["number"] != NEW]
    return render_template("school/sites.html", rows=shown, typed=request.form, version=version, faults=faults)
