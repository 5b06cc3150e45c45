"""The demo's people at the doors of all five parts, in this process: each follows every kind of link from home."""

import importlib
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from flask import Flask
from lxml import html
from werkzeug.serving import make_server

from chassis.settings import read_settings
from chassis.tokens import new_key_pair
from contracts.topology import PRODUCERS
from gateway.app import build_app as build_gateway
from gateway.settings import read_gateway_settings
from gateway.usecases.sign_in import sign_in
from tests.backends import ServiceDatabase
from tests.clients import FEED_SECRET

_NAMES: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d{2}(?:-\d{2})?|\b\d+\b")
_PAGE: Final = "text/html"
_NO_WORDS: Final = frozenset(("None", "nan", "NaN", "undefined"))


@contextmanager
def open_doors(parts: Mapping[str, ServiceDatabase]) -> Iterator[Flask]:
    """The gateway over running services, each on a port of its own."""
    private, public = new_key_pair()
    environ = {
        "BURSAR_ENV": "embedded",
        "BROKER_URL": "pgmq://nobody",
        "SERVICE_TOKEN_PRIVATE_KEY": private,
        "SERVICE_TOKEN_PUBLIC_KEY": public,
        "FEED_SECRET": FEED_SECRET,
        "SECRET_KEY": FEED_SECRET,
        **{f"{name.upper()}_DATABASE_URL": parts[name].app_url for name in parts},
        **{f"{name.upper()}_URL": "http://127.0.0.1:1" for name in PRODUCERS},
    }
    with ExitStack() as running:
        for name in PRODUCERS:
            app = importlib.import_module(f"services.{name}.app").build_app(
                read_settings(name, environ), parts[name].database
            )
            server = make_server("127.0.0.1", 0, app, threaded=True)
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            running.callback(thread.join)
            running.callback(server.shutdown)
            environ[f"{name.upper()}_URL"] = f"http://127.0.0.1:{server.server_port}"
        logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each request, otherwise
        yield build_gateway(read_gateway_settings(environ), parts["gateway"].database)


def follow_links(gateway: Flask, email: str, password: str) -> tuple[int, list[str]]:
    """How many pages and files one person opened, one of each kind that a link or a picture leads to; and the faults.

    A fault is an address that does not open, or a page that shows what a program says when it has no words.
    """
    database = gateway.extensions["bursar_database"]
    client = gateway.test_client()
    client.set_cookie("bursar-session", sign_in(database, email, password, address="127.0.0.1").token)
    waiting, seen, faults = ["/"], {("/",)}, list[str]()
    for path in waiting:
        with client.get(path) as answer:
            content = answer.get_data()
        if answer.status_code in (302, 303):
            found = [answer.headers["Location"]]
        elif answer.status_code != 200:
            faults.append(f"{path} answers {answer.status_code}")
            continue
        else:
            found = _addresses(content) if answer.mimetype == _PAGE else []
            if answer.mimetype == _PAGE and (wordless := _wordless(content)):
                faults.append(f"{path} shows {wordless!r}")
        for address in found:
            to = urlsplit(urljoin(path, address))
            kind = _NAMES.sub("…", to.path), *sorted(name for name, _ in parse_qsl(to.query))
            if not to.netloc and to.path and kind not in seen:
                seen.add(kind)
                waiting.append(f"{to.path}?{to.query}" if to.query else to.path)
    return len(waiting), faults


def _addresses(page: bytes) -> list[str]:
    tree = html.document_fromstring(page)
    return [*tree.xpath("//a/@href"), *tree.xpath("//img/@src")]


def _wordless(page: bytes) -> str:
    """The first text of the page's main part that is no word of ours."""
    texts = html.document_fromstring(page).xpath("//main//text()")
    return next((text.strip() for text in texts if text.strip() in _NO_WORDS), "")
