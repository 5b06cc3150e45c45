"""The bank: reading a statement in, and its lines with what they were matched to."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import alliance, for_manager, for_reader
from gateway.pages.faults import Faults
from gateway.pages.show import day, plural
from gateway.pages.typed import sending_key
from gateway.upstream import upstream


@alliance.get("/bank")
@for_reader
def bank() -> str:
    """Bank lines: those not matched first."""
    return _page(Faults())


@alliance.post("/bank")
@for_manager
def upload_statement() -> Response | tuple[str, int]:
    """Read in a statement: camt.053 XML or CSV. A broken one is refused whole."""
    faults = Faults()
    sent = request.files.get("file")
    document = sent.read() if sent else b""
    answer = {}
    if not document:
        faults.add("Choose the statement’s file.", "file")
    else:
        with faults.of_service(otherwise="file"):
            answer = upstream.call(
                "POST",
                "billing",
                "/bank-statements",
                params={"account": request.form.get("account", "").strip() or None},
                body=document,
                content_type=_content_type(document),
                key=request.form.get("sending_key"),
            ).json()
    if faults:
        return _page(faults), faults.status
    flash(
        f"Statement of {day(answer['from_on'])} to {day(answer['to_on'])} read: {plural(answer['new'], 'new line')}, "
        f"{answer['repeated']:,} seen before, {answer['posted']:,} matched and posted, {answer['unmatched']:,} left."
    )
    return redirect(url_for("alliance.bank"), 303)


def _content_type(document: bytes) -> str:
    """XML begins with a tag, after blanks and a byte order mark; all else is taken for CSV."""
    begins = document[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    return "application/xml" if begins.startswith(b"<") else "text/csv"


def _page(faults: Faults) -> str:
    state = request.args.get("state", "new")
    lines, following = ask.part(
        "billing",
        "/bank-lines",
        state=state if state in ("new", "matched") else None,
        after=request.args.get("after"),
    )
    return render_template(
        "alliance/bank.html",
        lines=lines,
        following=following,
        state=state,
        account=request.form.get("account", ""),
        key=sending_key(request.form, faults),
        faults=faults,
    )
