"""The event feed: a producer's numbered events over HTTP, for consumers whose queue has fallen short."""

import hmac
from typing import Final

import urllib3
from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from chassis.actor import SERVICE
from chassis.database import Database
from chassis.event import Page, UnreadablePage, read_page
from chassis.event_log import PAGE_EVENTS, page_after
from chassis.tokens import TokenInvalid

PATH: Final = "/internal/events"

_FURTHEST: Final = 2**63 - 1


class FeedUnavailable(Exception):
    """The producer's feed gave no page of events; try again later."""


def feed_blueprint(database: Database, secret: str) -> Blueprint:
    """`GET /internal/events?after=N&limit=M`: the events after position N, in the form of a broker message.

    Behind the bearer `secret`, which only workers have. Needs no broker: the log alone answers.
    """
    from chassis.access import public  # here, because the workers use the client only

    blueprint = Blueprint("feed", __name__)
    expected = f"Bearer {secret}".encode()

    @blueprint.get(PATH)
    @public
    def events() -> Response:
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, expected):
            raise TokenInvalid("The feed's secret is needed.")
        after = _number("after", 0, _FURTHEST)
        limit = max(1, min(_number("limit", PAGE_EVENTS, _FURTHEST), PAGE_EVENTS))
        with database.transaction(SERVICE) as connection:
            page = page_after(connection, after, limit)
        return Response(page.text, content_type="application/json")

    return blueprint


class FeedClient:
    """Reads the feed of one producer at `base_url`."""

    def __init__(self, producer: str, base_url: str, secret: str) -> None:
        self._producer = producer
        self._url = base_url.rstrip("/") + PATH
        self._http = urllib3.PoolManager(
            headers={"Authorization": f"Bearer {secret}"},
            timeout=urllib3.Timeout(connect=2, read=10),
            retries=False,
            maxsize=1,
        )

    def after(self, position: int) -> Page:
        """The events that follow `position`; an empty page at the head. Raises FeedUnavailable."""
        try:
            answer = self._http.request("GET", self._url, fields={"after": str(position)})
        except urllib3.exceptions.HTTPError as fault:
            raise FeedUnavailable(f"{self._url}: {type(fault).__name__}") from fault
        if answer.status != 200:
            raise FeedUnavailable(f"{self._url} answered {answer.status}")
        try:
            return read_page(answer.data, self._producer)
        except UnreadablePage as fault:
            raise FeedUnavailable(f"{self._url} gave no page of events: {fault}") from fault


def _number(name: str, default: int, highest: int) -> int:
    raw = request.args.get(name, str(default))
    if not (raw.isascii() and raw.isdigit() and int(raw) <= highest):
        raise BadRequest(f"{name} must be a whole number, 0 or more.")
    return int(raw)
