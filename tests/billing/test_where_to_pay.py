"""Bills say into which account they are paid: one of the alliance's own, and one of the fund's."""

import io
from typing import Any

from pypdf import PdfReader

from tests.billing.world import ASH, MANAGER, World, answered, buyer_of, refused

NUMBERS = {"sort_code": "204577", "account_number": "10203040"}


def tell(world: World, account: str, **more: Any) -> dict[str, Any]:
    said = {"account": account, "name": f"Orchard {account}", "purpose": "general", **more}
    made: dict[str, Any] = answered(world.a(MANAGER).post("/bank-accounts", said), 201)
    return made


def change(world: World, account: dict[str, Any], **said: Any) -> Any:
    at = f"/bank-accounts/{account['bank_account_id']}"
    return world.a(MANAGER).send("PATCH", at, json=said, version=kept(world, account)["version"])


def kept(world: World, account: dict[str, Any]) -> dict[str, Any]:
    accounts: list[dict[str, Any]] = answered(world.a(MANAGER).get("/bank-accounts"))["items"]
    return next(each for each in accounts if each["bank_account_id"] == account["bank_account_id"])


def paid_into(world: World, bill: dict[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = answered(world.a(buyer_of(ASH)).get(f"/bills/{bill['bill_id']}"))["pay_into"]
    return found


def a_bill(world: World) -> dict[str, Any]:
    world.invoiced(world.ordered())
    bill: dict[str, Any] = next(each for each in world.billed() if each["school_urn"] == ASH)
    return bill


def test_a_bill_and_its_pdf_name_the_account_once_its_numbers_are_told(world: World) -> None:
    bill = a_bill(world)
    account = tell(world, "Current")
    assert (account["paid_into"], paid_into(world, bill)) == (False, None)
    assert answered(change(world, account, **NUMBERS))["paid_into"] is True
    assert paid_into(world, bill) == {"name": "Orchard Current", **NUMBERS}
    pdf = world.a(buyer_of(ASH)).get(f"/bills/{bill['bill_id']}.pdf").get_data()
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert "20-45-77" in words
    assert "10203040" in words


def test_a_statement_of_account_names_the_account_of_each_bill(world: World) -> None:
    bill = a_bill(world)
    school = world.a(buyer_of(ASH))
    assert answered(school.get(f"/accounts/{ASH}"))["pay_into"] == []
    tell(world, "Current", **NUMBERS)
    tell(world, "Fund", purpose="fund", sort_code="204577", account_number="10203041")
    told = {"name": "Orchard Current", **NUMBERS, "bills": [bill["number"]]}
    assert answered(school.get(f"/accounts/{ASH}"))["pay_into"] == [told]
    pages = PdfReader(io.BytesIO(school.get(f"/accounts/{ASH}/statement.pdf").get_data())).pages
    words = " ".join(page.extract_text() for page in pages)
    assert "10203040" in words
    assert "10203041" not in words


def test_one_account_of_a_purpose_is_paid_into_and_only_whom_somebody_asks_takes_its_place(world: World) -> None:
    bill = a_bill(world)
    first = tell(world, "Current", **NUMBERS)
    savings = tell(world, "Savings", sort_code="204577", account_number="99999999")
    fund = tell(world, "Fund", purpose="fund", sort_code="204577", account_number="88888888")
    assert (first["paid_into"], savings["paid_into"], fund["paid_into"]) == (True, False, True)
    answered(change(world, first, name="Orchard Schools"))
    assert paid_into(world, bill) == {"name": "Orchard Schools", **NUMBERS}
    seen = kept(world, first)["version"]
    answered(change(world, savings, paid_into=True))
    at = f"/bank-accounts/{first['bank_account_id']}"
    refused(world.a(MANAGER).send("PATCH", at, json={"paid_into": True}, version=seen), 412, "version_conflict")
    assert paid_into(world, bill) == {"name": "Orchard Savings", "sort_code": "204577", "account_number": "99999999"}
    shown = {each["name"]: each["paid_into"] for each in answered(world.a(MANAGER).get("/bank-accounts"))["items"]}
    assert shown == {"Orchard Schools": False, "Orchard Savings": True, "Orchard Fund": True}
    answered(change(world, savings, paid_into=False))
    assert paid_into(world, bill) is None


def test_no_account_without_its_numbers_is_paid_into(world: World) -> None:
    bill = a_bill(world)
    account = tell(world, "Current")
    faults = refused(change(world, account, paid_into=True, sort_code="204577"), 422, "pay_into_unknown")
    assert [error["field"] for error in faults["errors"]] == ["account_number"]
    answered(change(world, account, **NUMBERS))
    assert answered(change(world, account, account_number=None))["paid_into"] is False
    assert paid_into(world, bill) is None
    assert change(world, account, sort_code="20-45-77").status_code == 422
