"""Importing schools, numbers of pupils and people: upload a file, see what it would do, then decide."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import alliance, for_registrar
from gateway.pages.faults import Faults
from gateway.pages.show import plural
from gateway.pages.typed import Typed, seen_version, sending_key
from gateway.upstream import upstream

OUTCOMES = (("added", "Added"), ("changed", "Changed"), ("unchanged", "Unchanged"), ("refused", "Refused"))
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROWS_A_PAGE = 200


@alliance.get("/imports")
@for_registrar
def imports() -> str:
    """The form for a file."""
    return _form_page(Faults())


@alliance.post("/imports")
@for_registrar
def upload() -> Response | tuple[str, int]:
    """Keep the file, and go on to what it would do."""
    faults = Faults()
    typed = Typed(request.form, faults)
    file = request.files.get("file")
    content = file.read() if file else b""
    if not content:
        faults.add("Choose a file.", "file")
    which = request.form.get("which", "members")
    la_code = typed.text("la_code", "the authority’s number", needed=which == "authority")
    joined_on = typed.day("joined_on", "the first day", needed=False)
    counted_on = typed.day("counted_on", "the day of the count", needed=False)
    if not faults:
        with faults.of_service(otherwise="file"):
            answer = upstream.call(
                "POST",
                "members",
                "/imports",
                params={
                    "members_only": "true" if which == "members" else None,
                    "la_code": la_code if which == "authority" else None,
                    "joined_on": joined_on and joined_on.isoformat(),
                    "counted_on": counted_on and counted_on.isoformat(),
                    "filename": ((file and file.filename) or "")[:200] or None,
                },
                body=content,
                content_type=_WORKBOOK if content.startswith(b"PK") else "text/csv",
                key=request.form.get("sending_key"),
            ).json()
    if faults:
        return _form_page(faults), faults.status
    return redirect(url_for("alliance.import_preview", import_id=answer["import_id"]), 303)


@alliance.get("/imports/<uuid:import_id>")
@for_registrar
def import_preview(import_id: Any) -> str:
    """What the file would do, row by row."""
    return _preview_page(str(import_id), Faults())


@alliance.post("/imports/<uuid:import_id>")
@for_registrar
def apply_import(import_id: Any) -> Response | tuple[str, int]:
    """Do what was shown."""
    faults = Faults()
    answer: dict[str, Any] = {}
    with faults.of_service():
        answer = upstream.post(
            "members",
            f"/imports/{import_id}/apply",
            key=request.form.get("sending_key"),
            etag=seen_version(),
        ).json()
    if faults:
        return _preview_page(str(import_id), faults), faults.status
    counts = answer["counts"]
    flash(f"Done: {plural(counts['added'], 'row')} added, {counts['changed']:,} changed.")
    return redirect(url_for("alliance.people" if answer["layout"] == "people" else "alliance.schools"), 303)


def _form_page(faults: Faults) -> str:
    return render_template(
        "alliance/imports.html", typed=request.form, key=sending_key(request.form, faults), faults=faults
    )


def _preview_page(import_id: str, faults: Faults) -> str:
    found = ask.one("members", f"/imports/{import_id}")
    outcome = request.args.get("outcome", "")
    outcome = outcome if outcome in dict(OUTCOMES) else ""
    rows, following = ask.part(
        "members",
        f"/imports/{import_id}/rows",
        outcome=outcome or None,
        after=request.args.get("after"),
        limit=_ROWS_A_PAGE,
    )
    return render_template(
        "alliance/import_preview.html",
        found=found,
        rows=rows,
        following=following,
        outcome=outcome,
        outcomes=OUTCOMES,
        key=sending_key(request.form, faults),
        faults=faults,
    )
