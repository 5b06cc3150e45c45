"""The documents of a school's money to download, for the school and for the alliance: PDF, Peppol UBL, spreadsheet."""

from typing import Any, Final

from flask import abort, flash, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from gateway.pages.doors import alliance, for_reader, for_school, own_urn, school
from gateway.pages.files import sent_on
from gateway.upstream import Problem, upstream

FORMS: Final = ("pdf", "xml")
STATEMENT_FORMS: Final = ("pdf", "xlsx")


@school.get("/bills/<uuid:bill_id>.<form>", endpoint="bill_file")
@for_school
def school_bill(bill_id: Any, form: str) -> AnyResponse:
    """One bill of the school."""
    back = url_for("school.bill", bill_id=bill_id)
    return _passed_on(f"/bills/{bill_id}", form, FORMS, back)


@school.get("/credit-notes/<uuid:credit_note_id>.<form>", endpoint="credit_note_file")
@for_school
def school_credit_note(credit_note_id: Any, form: str) -> AnyResponse:
    """One credit note of the school."""
    back = url_for("school.credit_note", credit_note_id=credit_note_id)
    return _passed_on(f"/credit-notes/{credit_note_id}", form, FORMS, back)


@school.get("/account/statement.<form>", endpoint="statement_file")
@for_school
def school_statement(form: str) -> AnyResponse:
    """The school's statement of account."""
    return _passed_on(f"/accounts/{own_urn()}/statement", form, STATEMENT_FORMS, url_for("school.account"))


@alliance.get("/bills/<uuid:bill_id>.<form>", endpoint="bill_file")
@for_reader
def alliance_bill(bill_id: Any, form: str) -> AnyResponse:
    """One bill of any school."""
    back = url_for("alliance.bill", bill_id=bill_id)
    return _passed_on(f"/bills/{bill_id}", form, FORMS, back)


@alliance.get("/credit-notes/<uuid:credit_note_id>.<form>", endpoint="credit_note_file")
@for_reader
def alliance_credit_note(credit_note_id: Any, form: str) -> AnyResponse:
    """One credit note of any school."""
    return _passed_on(f"/credit-notes/{credit_note_id}", form, FORMS, url_for("alliance.bills"))


@alliance.get("/schools/<int:urn>/account/statement.<form>", endpoint="statement_file")
@for_reader
def alliance_statement(urn: int, form: str) -> AnyResponse:
    """The statement of account of any school."""
    back = url_for("alliance.school_account", urn=urn)
    return _passed_on(f"/accounts/{urn}/statement", form, STATEMENT_FORMS, back)


def _passed_on(path: str, form: str, forms: tuple[str, ...], back: str) -> AnyResponse:
    """A document as billing made it; back to the page where the rules of its form cannot say it."""
    if form not in forms:
        abort(404)
    try:
        answer = upstream.get("billing", f"{path}.{form}")
    except Problem as problem:
        if problem.status != 409:
            raise
        flash(problem.detail)
        return redirect(back, 303)
    return sent_on(answer)
