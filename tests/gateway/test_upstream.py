"""Calls to services carry who asks, and say plainly what went wrong."""

import pytest
from flask import Response, jsonify

from chassis.actor import Actor
from chassis.correlation import correlated
from chassis.tokens import Minter
from gateway.upstream import Problem, ServiceUnavailable, Upstream
from tests.clients import key_pair
from tests.gateway.conftest import break_connection, problem

BUYER = Actor("school", "00000000-0000-4000-8000-000000000001", "Ann", frozenset({"school_buyer"}), 900001)
OTHER = Actor("school", "00000000-0000-4000-8000-000000000002", "Bob", frozenset({"school_buyer"}), 900002)


@pytest.fixture
def minted():
    return []


@pytest.fixture
def calls(recorder, minted):
    minter = Minter(key_pair()[0])

    def mint(audience, actor):
        minted.append((audience, actor))
        return minter.mint(audience, actor)

    urls = {"orders": f"{recorder.url}/orders", "billing": f"{recorder.url}/billing", "members": "http://127.0.0.1:1"}
    client = Upstream(urls, mint, lambda: BUYER, read_seconds=1.0)
    yield client
    client.close()


def test_a_call_carries_actor_query_and_trace(calls, recorder):
    with correlated("12345678-abc", None):
        answer = calls.get("orders", "/rounds", params={"state": "open", "after": None, "id": [1, 2]})
    assert answer.json() == {"ok": True}
    assert recorder.last["path"] == "/rounds"
    assert recorder.last["query"] == "state=open&id=1&id=2"
    assert recorder.last["actor"] == BUYER
    assert recorder.last["headers"]["X-Correlation-Id"] == "12345678-abc"
    assert recorder.last["headers"]["Traceparent"].startswith("00-")


def test_a_change_carries_key_version_and_json(calls, recorder):
    recorder.answer = lambda: Response('{"a": 1}', 201, {"ETag": '"2"'})
    answer = calls.put("orders", "/x", json={"name": "é"}, etag='"1"')
    assert (answer.status, answer.etag) == (201, '"2"')
    assert recorder.last["body"] == b'{"name":"\\u00e9"}'
    assert recorder.last["headers"]["If-Match"] == '"1"'
    calls.post("orders", "/x", key="a-new-wish")
    assert recorder.last["headers"]["Idempotency-Key"] == "a-new-wish"


def test_raw_bodies_pass_with_their_type(calls, recorder):
    calls.post("billing", "/bank-statements", body=b"<Document/>", content_type="application/xml")
    assert recorder.last["body"] == b"<Document/>"
    assert recorder.last["headers"]["Content-Type"] == "application/xml"


def test_a_token_is_made_once_for_each_actor_and_service(calls, recorder, minted):
    for _ in range(3):
        calls.get("orders", "/rounds")
    calls.get("billing", "/bills")
    calls.get("orders", "/rounds", actor=OTHER)
    assert minted == [("orders", BUYER), ("billing", BUYER), ("orders", OTHER)]
    assert recorder.last["actor"] == OTHER


def test_a_token_is_renewed_before_it_expires(calls, minted, monkeypatch):
    calls.get("orders", "/rounds")
    clock = __import__("time").monotonic() + 41
    monkeypatch.setattr("gateway.upstream.time.monotonic", lambda: clock)
    calls.get("orders", "/rounds")
    assert len(minted) == 2


def test_a_refusal_is_a_problem(calls, recorder):
    faults = [{"field": "lines.3.quantity", "message": "Too many."}]
    recorder.answer = lambda: problem(422, "validation_failed", "Look again.", faults)
    with pytest.raises(Problem) as refused:
        calls.get("orders", "/rounds")
    assert (refused.value.status, refused.value.code, refused.value.detail) == (422, "validation_failed", "Look again.")
    assert refused.value.errors == faults


def test_an_error_that_is_not_ours_is_no_answer(calls, recorder):
    recorder.answer = lambda: Response("<h1>Bad gateway</h1>", 502)
    with pytest.raises(ServiceUnavailable):
        calls.get("orders", "/rounds")


def test_nobody_there_is_no_answer(calls):
    with pytest.raises(ServiceUnavailable) as failed:
        calls.post("members", "/people", json={})
    assert failed.value.service == "members"


def _broken_once(recorder):
    """Break the first connection after the request was read, answer the second."""

    def answer():
        if len(recorder.seen) == 1:
            break_connection()
        return jsonify(ok=True)

    recorder.answer = answer


@pytest.mark.parametrize("send", [{"method": "GET"}, {"method": "POST", "key": "a-new-wish"}])
def test_what_may_be_repeated_is_sent_again_when_the_connection_breaks(calls, recorder, send):
    _broken_once(recorder)
    assert calls.call(service="orders", path="/rounds", **send).json() == {"ok": True}
    assert len(recorder.seen) == 2


def test_a_change_without_a_key_is_never_sent_twice(calls, recorder):
    _broken_once(recorder)
    with pytest.raises(ServiceUnavailable):
        calls.post("orders", "/rounds", json={})
    assert len(recorder.seen) == 1
