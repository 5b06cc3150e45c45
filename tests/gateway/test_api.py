"""`/api/v1` as a program meets it."""

import io

import pytest
from flask import Response
from werkzeug.test import EnvironBuilder

from tests.gateway.conftest import PASSWORD, break_connection, problem, role

EMAIL = "office@chestnut.example"
XML = "application/xml"


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def bearer(client, known):
    known(EMAIL, role("school_buyer", urn=900001))
    token = client.post("/api/v1/sessions", json={"email": EMAIL, "password": PASSWORD}).json["token"]
    return {"Authorization": f"Bearer {token}"}


def refused(answer, status, code):
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == code
    return answer.json


def test_signing_in_tells_token_and_seat(client, known):
    known(EMAIL, role("school_buyer", urn=900001))
    answer = client.post("/api/v1/sessions", json={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert answer.json["seat"] == "school:900001"
    assert answer.json["expires_at"].endswith("Z")
    shown = client.get("/api/v1/sessions/current", headers={"Authorization": f"Bearer {answer.json['token']}"})
    assert shown.json == {key: value for key, value in answer.json.items() if key != "token"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed_json"),
        (b'"' + b"x" * 20_000 + b'"', 413, "too_large"),
        (b"[]", 422, "validation_failed"),
        (b'{"email": 3, "password": "x"}', 422, "validation_failed"),
        (b'{"email": "a@b.example"}', 422, "validation_failed"),
        (b'{"email": "a@b.example", "password": "x", "admin": true}', 422, "validation_failed"),
        (b'{"email": "a@b.example", "password": "wrong"}', 401, "sign_in_refused"),
        (b'{"email": "a\\u0000@b.example", "password": "wrong"}', 401, "sign_in_refused"),
    ],
)
def test_a_bad_sign_in_is_refused_with_its_reason(client, body, status, code):
    refused(client.post("/api/v1/sessions", data=body, content_type="application/json"), status, code)


def test_a_stopped_guesser_is_told_when_to_come_back(client):
    for _ in range(11):
        answer = client.post("/api/v1/sessions", json={"email": EMAIL, "password": "wrong"})
    refused(answer, 429, "too_many_attempts")
    assert 0 < int(answer.headers["Retry-After"]) <= 900


def test_a_signed_out_token_is_good_for_nothing(client, bearer):
    assert client.delete("/api/v1/sessions/current", headers=bearer).status_code == 204
    answer = client.get("/api/v1/rounds", headers=bearer)
    refused(answer, 401, "session_expired")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp4"}])
def test_without_a_session_nothing_is_passed_on(client, recorder, headers):
    refused(client.get("/api/v1/rounds", headers=headers), 401, "session_expired")
    assert not recorder.seen


@pytest.fixture(params=["bearer", "browser"])
def caller(request, client):
    """A client and the headers of its changes: a program, which has a short way in, or a page in a browser."""
    if request.param == "bearer":
        return client, request.getfixturevalue("bearer")
    client, csrf = request.getfixturevalue("browser")
    return client, {"X-CSRFToken": csrf}


@pytest.mark.parametrize("path", ["/chart-of-accounts.xlsx", "/received-not-invoiced.csv"])
def test_a_resource_is_reached_as_a_file(caller, recorder, path):
    client, proof = caller
    recorder.answer = lambda: Response(b"PK", 200, {"Content-Disposition": "attachment"})
    answer = client.get(f"/api/v1{path}", headers=proof)
    assert (answer.status_code, answer.data) == (200, b"PK")
    assert (recorder.last["service"], recorder.last["path"]) == ("billing", path)


def test_a_call_is_passed_on_whole(caller, recorder):
    client, proof = caller
    recorder.answer = lambda: Response('{"b": 2}', 201, {"ETag": '"7"', "Location": "/rounds/1", "Server-Secret": "x"})
    answer = client.put(
        "/api/v1/rounds/1/orders/900001?a=1&b=%20%C3%A9",
        data=b'{"a":\n 1}',
        content_type="application/json",
        headers=proof | {"If-Match": '"6"', "Idempotency-Key": "a-new-wish", "X-Correlation-Id": "12345678-abc"},
    )
    assert (answer.status_code, answer.data) == (201, b'{"b": 2}')
    assert answer.headers["Content-Length"] == "8"
    assert answer.headers["ETag"] == '"7"'
    assert answer.headers["Location"] == "/api/v1/rounds/1"
    assert answer.headers["X-Correlation-Id"] == "12345678-abc"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "Server-Secret" not in answer.headers
    seen = recorder.last
    assert (seen["service"], seen["method"], seen["path"]) == ("orders", "PUT", "/rounds/1/orders/900001")
    assert (seen["query"], seen["body"]) == ("a=1&b=%20%C3%A9", b'{"a":\n 1}')
    assert seen["headers"]["If-Match"] == '"6"'
    assert seen["headers"]["Idempotency-Key"] == "a-new-wish"
    assert seen["headers"]["X-Correlation-Id"] == "12345678-abc"
    assert seen["actor"].school_urn == 900001


def test_a_path_arrives_as_it_was_sent(caller, recorder):
    client, _ = caller
    client.get("/api/v1/schools/a%20b%3Fc%C3%A9", headers=caller[1])
    assert recorder.last["path"] == "/schools/a b?c\u00e9"


def test_an_answer_without_content_has_no_length(caller, recorder):
    client, proof = caller
    recorder.answer = lambda: Response(status=204)
    answer = client.delete("/api/v1/rounds/1", headers=proof)
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Content-Length" not in answer.headers


def test_a_request_that_breaks_off_goes_no_further(caller, recorder):
    client, proof = caller
    half = {"wsgi.input": io.BytesIO(b"half"), "CONTENT_LENGTH": "8"}
    answer = client.post("/api/v1/bank-statements", headers=proof, environ_overrides=half)
    refused(answer, 400, "bad_request")
    assert not recorder.seen


def test_a_caller_cannot_say_who_it_is(client, recorder, bearer):
    client.set_cookie("anything", "else")
    forged = {"X-Forwarded-For": "10.0.0.1", "X-Person-Id": "1", "Forwarded": "for=1"}
    client.get("/api/v1/rounds", headers=bearer | forged)
    assert not {"Cookie", "X-Forwarded-For", "X-Person-Id", "X-Forwarded-User", "Forwarded"} & set(
        recorder.last["headers"]
    )
    assert recorder.last["token"] not in bearer["Authorization"]


@pytest.mark.parametrize(
    ("path", "service"),
    [("schools", "members"), ("offers", "catalogue"), ("purchase-orders/1", "orders"), ("bills", "billing")],
)
def test_each_resource_goes_to_its_service(client, recorder, bearer, path, service):
    client.get(f"/api/v1/{path}", headers=bearer)
    assert (recorder.last["service"], recorder.last["path"]) == (service, f"/{path}")


@pytest.mark.parametrize(
    "path",
    [
        "v1/nothing",
        "v1/internal/events",
        "v1/rounds/../internal/events",
        "v1/rounds/%2e%2e/internal/events",
        "v1",
        "v2/rounds",
        "x",
    ],
)
def test_what_is_not_in_the_table_is_not_there(client, recorder, bearer, path):
    refused(client.get(f"/api/{path}", headers=bearer), 404, "not_found")
    assert not recorder.seen


def test_a_strange_method_is_not_allowed(client, recorder, bearer):
    refused(client.open("/api/v1/rounds", method="TRACE", headers=bearer), 405, "method_not_allowed")
    answer = client.get("/api/v1/sessions", headers=bearer)
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST"


def test_a_services_refusal_passes_unchanged(caller, recorder):
    client, bearer = caller
    recorder.answer = lambda: problem(412, "version_conflict", "Somebody else changed it.")
    assert refused(client.put("/api/v1/rounds/1", json={}, headers=bearer), 412, "version_conflict")["detail"]


def test_a_refused_token_is_our_fault_not_the_callers(caller, recorder):
    client, bearer = caller
    recorder.answer = lambda: problem(401, "token_invalid")
    refused(client.get("/api/v1/rounds", headers=bearer), 502, "bad_gateway")


def test_a_service_that_is_away_is_a_503(caller, recorder):
    client, bearer = caller
    recorder.answer = lambda: break_connection() or Response()
    answer = client.get("/api/v1/rounds", headers=bearer)
    refused(answer, 503, "service_unavailable")
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize(("path", "size"), [("rounds", 2 * 1024**2 + 1), ("schools", 256 * 1024 + 1)])
def test_a_body_that_is_too_large_goes_no_further(caller, recorder, path, size):
    client, bearer = caller
    refused(client.post(f"/api/v1/{path}", data=b"x" * size, headers=bearer), 413, "too_large")
    assert not recorder.seen


class Endless:
    """A body that never ends: whoever read it whole would read for ever."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        self.given += size
        return b"x" * size

    readline = read


@pytest.mark.parametrize(
    ("headers", "most"),
    [
        ({"CONTENT_LENGTH": str(200 * 1024**2)}, 0),
        ({"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}, 34 * 1024**2),
    ],
    ids=["200 MB that say so", "in chunks"],
)
def test_an_invoice_without_end_is_not_read_to_its_end(app, recorder, bearer, headers, most):
    body = Endless()
    path = "/api/v1/supplier-invoices"
    environ = EnvironBuilder(path, method="POST", content_type=XML, headers=bearer).get_environ()
    environ.pop("CONTENT_LENGTH", None)
    answer = Response.from_app(app.wsgi_app, environ | {"wsgi.input": body, **headers})
    assert answer.status_code == 413
    assert body.given <= most
    assert not recorder.seen


def test_a_long_body_arrives_whole(client, recorder, bearer):
    body = bytes(range(256)) * 4096 * 6
    client.post("/api/v1/bank-statements", data=body, content_type=XML, headers=bearer)
    assert recorder.last["body"] == body
    assert recorder.last["headers"]["Content-Type"] == XML


def test_a_compressed_body_is_refused(client, recorder, bearer):
    answer = client.post("/api/v1/rounds", data=b"x", headers=bearer | {"Content-Encoding": "gzip"})
    refused(answer, 415, "unsupported_media_type")


def test_a_long_answer_is_handed_on_whole(caller, recorder):
    client, bearer = caller
    long = b"0123456789" * 100_000
    recorder.answer = lambda: Response(long, headers={"Content-Disposition": "attachment; filename=a.pdf"})
    answer = client.get("/api/v1/bills/1", headers=bearer)
    assert answer.data == long
    assert answer.headers["Content-Disposition"] == "attachment; filename=a.pdf"


def test_an_empty_answer_stays_empty(caller, recorder):
    client, bearer = caller
    recorder.answer = lambda: Response(status=304, headers={"ETag": '"1"'})
    answer = client.get("/api/v1/rounds/1", headers=bearer | {"If-None-Match": '"1"'})
    assert (answer.status_code, answer.data) == (304, b"")


@pytest.fixture
def browser(app, client, known):
    """A client with a browser's cookie, and a CSRF token of its pages."""
    from flask_wtf.csrf import generate_csrf

    from gateway.identity import remember_browser
    from gateway.usecases.sign_in import sign_in

    known(EMAIL, role("school_buyer", urn=900001))
    database = app.extensions["bursar_database"]
    token = sign_in(database, EMAIL, PASSWORD, address="127.0.0.1").token
    with app.test_request_context():
        remembered = remember_browser(Response(), token)
    client.set_cookie("bursar-session", token)
    assert "HttpOnly" in remembered.headers["Set-Cookie"]
    assert "SameSite=Lax" in remembered.headers["Set-Cookie"]
    with app.test_request_context():
        csrf = generate_csrf()
        from flask import session

        signed = app.session_interface.get_signing_serializer(app).dumps(dict(session))
    client.set_cookie("bursar-form", signed)
    return client, csrf


def test_a_browsers_cookie_reads(browser, recorder):
    client, _ = browser
    assert client.get("/api/v1/rounds").status_code == 200


def test_a_browsers_cookie_changes_only_with_proof(browser, recorder):
    client, csrf = browser
    refused(client.post("/api/v1/rounds", json={}), 403, "csrf_required")
    refused(client.post("/api/v1/rounds", json={}, headers={"X-CSRFToken": "wrong"}), 403, "csrf_required")
    assert not recorder.seen
    assert client.post("/api/v1/rounds", json={}, headers={"X-CSRFToken": csrf}).status_code == 200


def test_each_token_works_only_the_way_it_was_given(browser, bearer):
    client, _ = browser
    cookie = client.get_cookie("bursar-session").value
    refused(client.get("/api/v1/rounds", headers={"Authorization": f"Bearer {cookie}"}), 401, "session_expired")
    client.set_cookie("bursar-session", bearer["Authorization"].removeprefix("Bearer "))
    refused(client.get("/api/v1/rounds"), 401, "session_expired")


def test_a_person_between_seats_is_told_to_choose(app, client, known, store):
    from gateway.usecases.sign_in import sign_in

    known(EMAIL, role("school_buyer", urn=1), role("school_buyer", urn=2))
    client.set_cookie("bursar-session", sign_in(store.database, EMAIL, PASSWORD, address="x").token)
    refused(client.get("/api/v1/rounds"), 422, "seat_required")


def test_every_answer_carries_the_security_headers(client):
    for path in ("/healthz", "/api/v1/rounds", "/api/nothing"):
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_the_gateway_is_ready_with_its_schema(client):
    assert client.get("/readyz").json["status"] == "ready"
    assert b"bursar_request_seconds" in client.get("/metrics").data
