"""docker-compose.yml, built and started for real, with the product's story told through its public port."""

import json

import urllib3

from tests.compose.stack import ComposeStack
from tests.e2e.patience import eventually
from tests.e2e.test_life_of_an_order import story, test_life_of_an_order

__all__ = ["story", "test_life_of_an_order"]


def test_the_killed_worker_was_started_again(stack: ComposeStack) -> None:
    assert stack.restarts("orders-worker") > 0
    assert stack.restarts("billing-worker") == 0


def test_every_container_is_healthy_and_none_runs_as_root(stack: ComposeStack) -> None:
    eventually(lambda: [facts["State"]["Health"]["Status"] for facts in stack.ours()] == ["healthy"] * 10)
    assert {facts["Config"]["User"] for facts in stack.ours()} == {"10001"}


def test_only_the_proxy_has_a_public_port(stack: ComposeStack) -> None:
    published = {name for name, facts in stack.inspect().items() if facts["HostConfig"]["PortBindings"]}
    assert published == {"nginx", "postgres"}, "postgres is published for this test alone"


def test_pages_come_compressed_through_the_proxy(stack: ComposeStack) -> None:
    answer = urllib3.request("GET", f"{stack.url}/api/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(answer.data)["openapi"].startswith("3.1")


def test_metrics_stay_inside(stack: ComposeStack) -> None:
    assert urllib3.request("GET", f"{stack.url}/metrics").status == 404
    assert urllib3.request("GET", f"{stack.url}/healthz").status == 200


def test_secrets_are_refused_when_they_are_weak(stack: ComposeStack) -> None:
    said = stack.fails("run", "--rm", "-T", "--no-deps", "-e", "FEED_SECRET=changeme", "orders-worker")
    assert "FEED_SECRET is too weak" in said
