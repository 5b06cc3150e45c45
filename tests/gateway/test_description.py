"""The services' descriptions merged into one."""

from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server

from chassis.actor import Actor
from gateway.api.description import merge
from gateway.api.own_description import PATHS
from tests.backends import CHROMIUM

ERROR = {"$ref": "#/components/responses/DEFAULT_ERROR"}


def spec(path, schema, method="get"):
    answer = {"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    operation = {"summary": "Do it.", "tags": ["things"], "responses": {"200": answer, "default": ERROR}}
    return {
        "paths": {path: {method: operation}},
        "components": {
            "schemas": {"Thing": schema, "Error": {"type": "object"}},
            "responses": {"DEFAULT_ERROR": {"description": "x"}},
        },
        "tags": [{"name": "things", "description": "Things"}, {"name": "unused"}],
    }


ORDERS = spec(
    "/rounds/{round_id}", {"type": "object", "properties": {"part": {"$ref": "#/components/schemas/Error"}}}, "post"
)
BILLING = spec("/bills", {"type": "string"})


def test_things_of_one_name_stay_apart():
    schemas = merge({"orders": ORDERS, "billing": BILLING})["components"]["schemas"]
    assert schemas["orders.Thing"]["properties"]["part"] == {"$ref": "#/components/schemas/orders.Error"}
    assert schemas["billing.Thing"] == {"type": "string"}
    assert "billing.Error" not in schemas


def test_paths_stand_under_the_api_and_errors_are_problems():
    merged = merge({"orders": ORDERS})
    operation = merged["paths"]["/api/v1/rounds/{round_id}"]["post"]
    assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
    assert [parameter["name"] for parameter in operation["parameters"]] == ["Idempotency-Key"]
    assert [tag["name"] for tag in merged["tags"]] == ["sessions", "token", "invitations", "things"]


def test_a_service_describes_only_what_is_forwarded_to_it():
    paths = merge({"billing": ORDERS | {"paths": {**ORDERS["paths"], "/internal/events": {"get": {}}}}})["paths"]
    assert set(paths) == set(PATHS)


def test_a_resource_is_described_as_a_file_too():
    billing = spec("/chart-of-accounts.xlsx", {"type": "string"})
    assert "/api/v1/chart-of-accounts.xlsx" in merge({"billing": billing})["paths"]


def references(part):
    if isinstance(part, list):
        return set().union(*map(references, part))
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*map(references, part.values()))
    return set()


def test_every_reference_of_the_real_description_resolves(app, service_client):
    specs = {
        name: service_client(name, Actor("alliance")).get("/openapi.json").json
        for name in ("members", "catalogue", "orders", "billing")
    }
    merged = merge(specs)
    for reference in references(merged):
        found = merged
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    for resource in ("schools", "offers", "rounds", "purchase-orders", "bills", "bank-statements"):
        assert any(path.startswith(f"/api/v1/{resource}") for path in merged["paths"]), resource


@pytest.fixture
def client(app, recorder):
    recorder.specs = {"orders": ORDERS, "billing": BILLING}
    return app.test_client()


def test_the_description_is_served_to_anybody(client):
    told = client.get("/api/openapi.json").json
    assert told["openapi"] == "3.1.0"
    assert "/api/v1/bills" in told["paths"]


def test_the_page_shows_the_same_with_local_assets_only(client):
    page = client.get("/api/docs")
    assert page.status_code == 200
    text = page.text
    assert "/api/v1/rounds/{round_id}" in text
    assert 'id="schema-orders.Thing"' in text
    assert "<script" not in text
    assert "http://" not in text
    assert "https://" not in text
    with client.get("/api/static/docs.css") as styles:
        assert styles.status_code == 200


@pytest.mark.browser
def test_the_page_is_accessible_and_fits_a_phone(app, client, playwright):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 320, "height": 640})
        page.goto(f"http://127.0.0.1:{server.server_port}/api/docs")
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        browser.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
