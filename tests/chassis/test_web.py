"""The HTTP shell that every service wears: problems, idempotency, correlation, health."""

import time
from threading import Barrier, Thread
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DataError

from chassis.actor import SERVICE, Actor
from chassis.tokens import LIFETIME_SECONDS, Minter
from chassis.web import install_shell, public
from tests.clients import key_pair

MANAGER = Actor("alliance", str(uuid4()), "Manager", frozenset({"alliance_manager"}))
OTHER_MANAGER = Actor("alliance", str(uuid4()), "Other", frozenset({"alliance_manager"}))
BUYER = Actor("school", str(uuid4()), "Office", frozenset({"school_buyer"}), school_urn=900001)
SUPPLIER = {"name": "Fenwright Paper", "email": "orders@fenwright.example"}


def test_a_repeated_post_answers_as_the_first_did(service_client) -> None:
    client = service_client("members", MANAGER)
    first = client.post("/suppliers", SUPPLIER, key="supplier-000001")
    again = client.post("/suppliers", SUPPLIER, key="supplier-000001")
    assert first.status_code == again.status_code == 201
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.headers.get("ETag") == first.headers.get("ETag")
    assert len(client.get("/suppliers").get_json()["items"]) == 1


def test_the_same_key_with_another_body_is_refused(service_client) -> None:
    client = service_client("members", MANAGER)
    client.post("/suppliers", SUPPLIER, key="supplier-000001")
    answer = client.post("/suppliers", SUPPLIER | {"name": "Other"}, key="supplier-000001")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "idempotency_key_reused")
    assert len(client.get("/suppliers").get_json()["items"]) == 1


def test_text_that_no_database_holds_is_refused(service_client) -> None:
    client = service_client("members", MANAGER)
    answer = client.post("/suppliers", SUPPLIER | {"name": "Fen\ud83dwright"})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_request")
    assert client.get("/suppliers").get_json()["items"] == []


def test_a_zero_byte_that_no_field_refused_is_no_fault_of_ours() -> None:
    app = Flask("door")
    install_shell(app, "members", None, {})  # type: ignore[arg-type]

    def store(kept: str) -> None:
        raise DataError("INSERT", {}, psycopg.DataError(kept))

    app.add_url_rule("/<kept>", view_func=public(store))
    told = "PostgreSQL text fields cannot contain NUL (0x00) bytes"
    assert app.test_client().get(f"/{told}").status_code == 400
    assert app.test_client().get("/numeric field overflow").status_code == 500


def test_a_version_is_digits(service_client) -> None:
    client = service_client("members", MANAGER)
    made = client.post("/suppliers", SUPPLIER)
    at = f"/suppliers/{made.get_json()['supplier_id']}"
    for version in ("\u00b2", "x", "9" * 5000):
        answer = client.put(at, SUPPLIER, headers={"If-Match": f'"{version}"'})
        assert answer.status_code in (400, 409, 412), answer.get_json()


def test_keys_belong_to_their_person(service_client) -> None:
    service_client("members", MANAGER).post("/suppliers", SUPPLIER, key="supplier-000001")
    other = service_client("members", OTHER_MANAGER).post(
        "/suppliers", SUPPLIER | {"name": "Other"}, key="supplier-000001"
    )
    assert other.status_code == 201


def test_a_refused_post_may_be_corrected_under_its_key(service_client) -> None:
    client = service_client("members", MANAGER)
    assert client.post("/suppliers", {"name": ""}, key="supplier-000001").status_code == 422
    assert client.post("/suppliers", SUPPLIER, key="supplier-000001").status_code == 201


def test_two_at_once_create_one(service_client) -> None:
    client = service_client("members", MANAGER)
    gate, answers = Barrier(4), []

    def send() -> None:
        gate.wait()
        answers.append(client.post("/suppliers", SUPPLIER, key="supplier-000001"))

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_json()["supplier_id"] for answer in answers}) == 1


def test_the_stored_answer_commits_with_the_effect(service_client) -> None:
    client = service_client("members", MANAGER)
    client.post("/suppliers", SUPPLIER, key="supplier-000001")
    with service_client.database("members").database.transaction(SERVICE) as connection:
        stored = connection.execute(text("SELECT status FROM idempotency_key")).scalars().all()
        events = connection.execute(text("SELECT type FROM event_log")).scalars().all()
    assert (stored, events) == ([201], ["SupplierRecorded"])


@pytest.mark.parametrize("key", ["short", "x" * 201])
def test_a_key_has_a_sensible_length(service_client, key: str) -> None:
    assert service_client("members", MANAGER).post("/suppliers", SUPPLIER, key=key).status_code == 400


def test_faults_are_problems_with_a_stable_code(service_client) -> None:
    client = service_client("members", MANAGER)
    cases = [
        (client.get("/nowhere"), 404, "not_found"),
        (client.get("/schools/999999"), 404, "not_found"),
        (client.send("DELETE", "/suppliers"), 405, "method_not_allowed"),
        (client.send("POST", "/suppliers", data="{", content_type="application/json"), 400, "malformed_json"),
        (client.post("/suppliers", {"nam": "x"}), 422, "validation_failed"),
        (service_client("members", BUYER).post("/suppliers", SUPPLIER), 403, "forbidden"),
    ]
    for answer, status, code in cases:
        problem = answer.get_json(force=True)
        assert (answer.status_code, problem["code"], problem["status"]) == (status, code, status)
        assert answer.content_type == "application/problem+json"
        assert problem["correlation_id"] == answer.headers["X-Correlation-Id"]


def test_validation_names_each_field(service_client) -> None:
    problem = service_client("members", MANAGER).post("/suppliers", {"nam": "x"}).get_json()
    assert {"nam", "name"} <= {error["field"] for error in problem["errors"]}


def test_an_expired_token_says_so(service_client) -> None:
    client = service_client("members", MANAGER)
    token = Minter(key_pair()[0]).mint("members", MANAGER, now=time.time() - LIFETIME_SECONDS - 60)
    answer = client.open("/suppliers", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "token_expired")


def test_correlation_ids_pass_through_to_the_event_log(service_client) -> None:
    client = service_client("members", MANAGER)
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = client.post("/suppliers", SUPPLIER, headers={"X-Correlation-Id": "story-0001", "traceparent": trace})
    assert answer.headers["X-Correlation-Id"] == "story-0001"
    with service_client.database("members").database.transaction(SERVICE) as connection:
        row = connection.execute(text("SELECT correlation_id, traceparent FROM event_log")).one()
    assert tuple(row) == ("story-0001", trace)


def test_a_made_up_correlation_id_is_replaced(service_client) -> None:
    answer = service_client("members", MANAGER).get("/suppliers", headers={"X-Correlation-Id": "bad id\t<script>"})
    assert answer.headers["X-Correlation-Id"].isalnum()


def test_health_is_the_process_and_readiness_the_schema(service_client) -> None:
    client = service_client("members", MANAGER)
    assert client.open("/healthz").get_json() == {"status": "ok"}
    assert client.open("/readyz").status_code == 200
    database = service_client.database("members")
    from sqlalchemy import create_engine

    engine = create_engine(database.owner_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'old'"))
    engine.dispose()
    assert client.open("/readyz").status_code == 503
    assert client.open("/healthz").status_code == 200
    assert b"bursar_request_seconds" in client.open("/metrics").data
