"""Full visits submitted over HTTP by eight clients, against the same statements through psycopg alone."""

from __future__ import annotations

import random
from typing import Any

from bench import bodies, http_client, statements
from bench.clients import Measured, at_work
from bench.ground import STUDY, Ground, Site, prepared
from bench.service import Service, running
from registry.db.transaction import as_json

AIM = 0.5
PATH = f"/v1/studies/{STUDY}/visits"


def run(each: int = 60, rounds: int = 3, **settings: int) -> float:
    """Print and give the ratio; each of eight clients submits `each` visits in each of the rounds."""
    with prepared() as ground, running(ground, **settings) as service:
        over_http, alone = compared(ground, service, each, rounds)
    ratio = over_http.rate / alone.rate
    print(f"submissions: {ratio:.2f} of psycopg alone (aim {AIM} or more)")
    for name, one in (("over HTTP", over_http), ("psycopg alone", alone)):
        print(
            f"  {name}: {one.rate:.0f} visits/s, p50 {one.percentile(0.5):.1f} ms, p99 {one.percentile(0.99):.1f} ms, "
            f"{len(one.waits)} visits"
        )
    return ratio


def compared(ground: Ground, service: Service, each: int, rounds: int) -> tuple[Measured, Measured]:
    """Measure both by turns, after one turn of each that does not count."""
    over_http = alone = Measured(0, [])
    for turn in range(rounds + 1):
        count = each if turn else max(20, each // 5)
        first = submit_over_http(ground, service, count)
        second = submit_alone(ground, count)
        if turn:
            over_http, alone = over_http + first, alone + second
    return over_http, alone


def submit_over_http(ground: Ground, service: Service, each: int) -> Measured:
    jobs = [(service.port, requests(site, visits_of(ground, site, each))) for site in ground.sites]
    return at_work(http_client.submit, jobs)


def submit_alone(ground: Ground, each: int) -> Measured:
    jobs = [
        (ground.service_url, statements.submissions(ground, site, visits_of(ground, site, each)))
        for site in ground.sites
    ]
    return at_work(statements.submit, jobs)


def visits_of(ground: Ground, site: Site, count: int) -> list[dict[str, Any]]:
    """Enrol participants and make their visits, one a planned event."""
    planned, chance = len(bodies.EVENTS), random.Random(site.id)
    people = ground.enrol(site, count // planned + 1)
    return [bodies.full_visit(people[number // planned], number % planned, chance) for number in range(count)]


def requests(site: Site, visits: list[dict[str, Any]]) -> list[bytes]:
    return [http_client.request(site.token, PATH, as_json(visit).encode()) for visit in visits]
