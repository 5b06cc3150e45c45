"""Prometheus metrics of the web processes, and the page that shows any process's metrics."""

import os
from typing import Final

from flask import Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

REQUEST_SECONDS: Final = Histogram(
    "bursar_request_seconds",
    "Time to answer an HTTP request.",
    ("part", "method", "endpoint", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def metrics_text() -> bytes:
    """All metrics of this process, or of all workers when PROMETHEUS_MULTIPROC_DIR is set."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def metrics_view() -> Response:
    """GET /metrics."""
    return Response(metrics_text(), content_type=CONTENT_TYPE_LATEST)
