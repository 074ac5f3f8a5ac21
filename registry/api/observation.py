"""What is told about each request: an id that runs through answer, log and audit; one log line; metrics.

Neither a path nor a query string is logged, since both can hold what identifies a participant: the route's template is.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterable

import structlog
from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from registry.api.clock_counts import Counted

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ID_FORM = re.compile(r"[A-Za-z0-9._-]{8,64}")
ANSWERS = Counter("registry_answers_total", "Answers by route, method and status", ["route", "method", "status"])
SECONDS = Histogram("registry_answer_seconds", "Time to answer by route and method", ["route", "method"])
SIGNING_PAUSES = Counter("registry_signing_pauses_total", "Pauses of signing after refused attempts in a row")
SAFE_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}
log = structlog.get_logger("registry")


def install(app: Flask) -> None:
    """Give every request its id, and tell of every answer."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    sent = request.headers.get("X-Request-Id", "")
    g.request_id = sent if ID_FORM.fullmatch(sent) else uuid.uuid4().hex
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    route, took = str(request.url_rule or "-"), time.perf_counter() - g.began
    method = request.method if request.method in METHODS else "other"
    ANSWERS.labels(route, method, response.status_code).inc()
    SECONDS.labels(route, method).observe(took)
    actor = g.get("actor")
    log.info(
        "answered",
        request_id=g.request_id,
        route=route,
        method=method,
        status=response.status_code,
        milliseconds=round(took * 1000, 1),
        account=actor.account_id if actor else None,
    )
    response.headers["X-Request-Id"] = g.request_id
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.update(SAFE_HEADERS)
    return response


def tell_of_paused_signing(account_id: str) -> None:
    """Tell whoever watches the service that somebody's attempts to sign were refused until signing paused."""
    SIGNING_PAUSES.inc()
    log.warning("signing paused", request_id=g.request_id, account=account_id)


class ClocksCounted(Collector):
    """What the database told just now of clocks and workers; a gauge of prometheus-client would be kept for each process."""

    def __init__(self, counted: Counted) -> None:
        self.counted = counted

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Give the gauges; one has no value where nothing could be counted."""
        words = "Reporting clocks that run, and that are overdue"
        family = GaugeMetricFamily("registry_reporting_clocks", words, labels=["status"])
        for status, number in self.counted.clocks.items():
            family.add_metric([status], number)
        yield family
        words = "Seconds since a worker last told that it lives"
        heartbeat = GaugeMetricFamily("registry_worker_heartbeat_seconds", words)
        if self.counted.heartbeat_age is not None:
            heartbeat.add_metric([], self.counted.heartbeat_age)
        yield heartbeat


def metrics(several_processes: bool, told: Counted) -> Response:
    """Answer the metrics in Prometheus' text format; clocks and workers are asked for anew each time, as no process knows them."""
    registry = REGISTRY
    if several_processes:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    counted = CollectorRegistry()
    counted.register(ClocksCounted(told))
    return Response(generate_latest(registry) + generate_latest(counted), content_type=CONTENT_TYPE_LATEST)
