"""A school's budgets: where each stands, what every figure is made of, and setting them."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.identity import current_seat
from gateway.pages import ask
from gateway.pages.doors import for_head, for_school, own_urn, school
from gateway.pages.faults import Faults
from gateway.pages.typed import Typed, seen_version
from gateway.upstream import upstream


@school.get("/budgets")
@for_school
def budgets() -> str:
    """Where every category stands in a financial year, and the documents behind each figure."""
    found = _budgets(request.args.get("year"))
    names = {item["category_code"]: item["category_name"] for item in found["items"]} | _category_names()
    parts = [_with_documents(item, found["movements"], names) for item in found["items"]]
    return render_template(
        "school/budgets.html",
        found=found,
        parts=sorted(parts, key=lambda part: part["name"]),
        years=_years_around(found["financial_year"]),
        may_set=may_set(),
    )


@school.get("/budgets/set")
@for_head
def edit_budgets() -> str:
    """The form with an amount for every category."""
    return _form_page(_budgets(request.args.get("year")), Faults())


@school.post("/budgets/set")
@for_head
def set_budgets() -> Response | tuple[str, int]:
    """Write the budgets of the year as they were typed; an empty amount is no budget."""
    faults = Faults()
    year = request.form.get("financial_year", "")
    wanted = _wanted(Typed(request.form, faults))
    if not faults:
        fields = {
            f"budgets.{index}.amount_pence": f"amount.{each['category_code']}" for index, each in enumerate(wanted)
        }
        with faults.of_service(fields):
            upstream.put(
                "orders",
                f"/budgets/{own_urn()}",
                json={"financial_year": year, "budgets": wanted},
                etag=seen_version(),
            )
    if faults:
        return _form_page(_budgets(year), faults), faults.status
    flash("The budgets are saved.")
    return redirect(url_for("school.budgets", year=year), 303)


def may_set() -> bool:
    """Whether the person sets budgets and limits: an approver in their own right."""
    seat = current_seat()
    return bool(seat and seat.has_any("school_approver") and seat.stands_in_for is None)


def _budgets(year: str | None) -> dict[str, Any]:
    params = {"financial_year": year or None}
    found: dict[str, Any] = upstream.get("orders", f"/budgets/{own_urn()}", params=params).json()
    return found


def _category_names() -> dict[str, str]:
    """Every category's name, by code; none while the catalogue is away: codes do for reading."""
    return {each["code"]: each["name"] for each in ask.items_or_none("catalogue", "/categories") or ()}


def _with_documents(item: dict[str, Any], movements: list[dict[str, Any]], names: dict[str, Any]) -> dict[str, Any]:
    own = [each for each in movements if each["category_code"] == item["category_code"]]
    name = names.get(item["category_code"]) or item["category_code"] or "No category"
    return {**item, "name": name, "documents": [{**each, "href": _href(each)} for each in own]}


def _href(movement: dict[str, Any]) -> str | None:
    """The page of the document: the bill, the purchase order, the order or the service."""
    if movement["bill_id"]:
        return url_for("school.bill", bill_id=movement["bill_id"])
    if movement["purchase_order_id"]:
        return url_for("school.delivery", purchase_order_id=movement["purchase_order_id"])
    if movement["subscription_id"]:
        return url_for("school.service", subscription_id=movement["subscription_id"])
    return url_for("school.order", round_id=movement["round_id"]) if movement["round_id"] else None


def _years_around(year: str) -> tuple[str, str]:
    """The financial years before and after one such as "2026-27"."""
    first = int(year[:4])
    before, after = ((first + step, (first + step + 1) % 100) for step in (-1, 1))
    return f"{before[0]}-{before[1]:02d}", f"{after[0]}-{after[1]:02d}"


def _wanted(typed: Typed) -> list[dict[str, Any]]:
    wanted = []
    for field in request.form:
        code = field.removeprefix("amount.")
        if code == field or not request.form[field].strip():
            continue
        amount = typed.pence(field, "the amount")
        hard = request.form.get(f"hard.{code}") == "yes"
        wanted.append({"category_code": code, "amount_pence": amount, "hard": hard})
    return wanted


def _form_page(found: dict[str, Any], faults: Faults) -> str:
    set_now = {item["category_code"]: item for item in found["items"]}
    names = {code: item["category_name"] or code for code, item in set_now.items()} | _category_names()
    typed = request.form if request.method == "POST" else None
    rows = [
        {
            "code": code,
            "name": name,
            "amount": typed.get(f"amount.{code}", "") if typed else _pounds(set_now.get(code)),
            "hard": typed.get(f"hard.{code}") == "yes" if typed else bool(set_now.get(code, {}).get("hard")),
        }
        for code, name in sorted(names.items(), key=lambda each: each[1])
        if code
    ]
    version = typed.get("version", "0") if typed else found["version"]
    return render_template("school/budgets_set.html", found=found, rows=rows, version=version, faults=faults)


def _pounds(item: dict[str, Any] | None) -> str:
    amount = None if item is None else item["amount_pence"]
    return "" if amount is None else f"{amount // 100}.{amount % 100:02d}"
