"""Suppliers' own programs: credentials of one supplier, good for its orders and invoices and nothing else."""

from typing import Any
from uuid import uuid4

import pytest

from gateway.usecases.run_programs import end_program, make_program

FENWRIGHT, OTHER = str(uuid4()), str(uuid4())


@pytest.fixture
def client(app: Any) -> Any:
    return app.test_client()


@pytest.fixture
def program(store: Any) -> tuple[str, str]:
    program_id = str(uuid4())
    secret = make_program(store.database, FENWRIGHT, program_id, "Sage", "Sam Sales")
    assert secret is not None
    return program_id, secret


def ask(client: Any, program_id: str, secret: str, **form: str) -> Any:
    told = {"grant_type": "client_credentials", **form}
    return client.post("/api/v1/token", data=told, auth=(program_id, secret))


def bearer(client: Any, program: tuple[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {ask(client, *program).json['access_token']}"}


def test_a_program_acts_for_its_supplier(client: Any, recorder: Any, program: tuple[str, str]) -> None:
    told = ask(client, *program)
    assert (told.status_code, told.json["token_type"], told.json["expires_in"]) == (200, "Bearer", 3600)
    assert told.headers["Cache-Control"] == "no-store"
    for path in ("/purchase-orders", "/supplier-invoices", "/despatches"):
        assert client.get(f"/api/v1{path}", headers=bearer(client, program)).status_code == 200
        actor = recorder.last["actor"]
        assert (actor.kind, actor.supplier_id, actor.roles) == ("supplier", FENWRIGHT, frozenset({"supplier_user"}))
        assert (actor.person_id, actor.name) == (program[0], "Sage")


def test_the_secret_may_come_in_the_form(client: Any, program: tuple[str, str]) -> None:
    told = {"grant_type": "client_credentials", "client_id": program[0], "client_secret": program[1]}
    assert client.post("/api/v1/token", data=told).status_code == 200


@pytest.mark.parametrize(
    ("form", "auth", "status", "error"),
    [
        ({"grant_type": "password"}, None, 400, "unsupported_grant_type"),
        ({}, None, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, None, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, (FENWRIGHT, "secret"), 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, ("' OR 1=1", "x" * 5000), 401, "invalid_client"),
    ],
)
def test_who_is_not_known_gets_no_token(client: Any, form: Any, auth: Any, status: int, error: str) -> None:
    refused = client.post("/api/v1/token", data=form, auth=auth)
    assert (refused.status_code, refused.json["error"]) == (status, error)


@pytest.mark.parametrize("path", ["/people", "/suppliers", "/rounds", "/bills", "/alliance", "/invitations"])
def test_people_bank_details_and_schools_orders_are_not_for_programs(
    client: Any, recorder: Any, program: tuple[str, str], path: str
) -> None:
    headers = bearer(client, program)
    before = len(recorder.seen)
    method = client.post if path == "/invitations" else client.get
    refused = method(f"/api/v1{path}", headers=headers, **({"json": {}} if path == "/invitations" else {}))
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
    assert len(recorder.seen) == before


def test_a_programs_token_opens_no_page(client: Any, program: tuple[str, str]) -> None:
    token = ask(client, *program).json["access_token"]
    client.set_cookie("bursar-session", token)
    assert client.get("/supplier").status_code in (302, 303)


def test_ending_a_program_ends_its_tokens_at_once(client: Any, store: Any, program: tuple[str, str]) -> None:
    headers = bearer(client, program)
    with pytest.raises(Exception, match="no such program"):
        end_program(store.database, OTHER, program[0], "Somebody else")
    assert client.get("/api/v1/purchase-orders", headers=headers).status_code == 200
    assert end_program(store.database, FENWRIGHT, program[0], "Sam Sales") == "Sage"
    assert client.get("/api/v1/purchase-orders", headers=headers).status_code == 401
    assert ask(client, *program).status_code == 401


def test_a_form_sent_twice_makes_one_program(store: Any) -> None:
    program_id = str(uuid4())
    assert make_program(store.database, FENWRIGHT, program_id, "Sage", "Sam Sales") is not None
    assert make_program(store.database, FENWRIGHT, program_id, "Sage", "Sam Sales") is None
