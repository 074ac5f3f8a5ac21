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
    """Print the ratios, and give that of records alone; each of eight clients submits `each` visits in each round."""
    with prepared() as ground, running(ground, **settings) as service:
        derived, recorded, alone = compared(ground, service, each, rounds)
    ratio = recorded.rate / alone.rate
    print(f"submissions: {ratio:.2f} of psycopg alone (aim {AIM} or more) answered with the record")
    print(f"submissions: {derived.rate / alone.rate:.2f} of psycopg alone answered with derived values too")
    named = (("record", recorded), ("record and derived values", derived), ("psycopg alone", alone))
    for name, one in named:
        print(
            f"  {name}: {one.rate:.0f} visits/s, p50 {one.percentile(0.5):.1f} ms, p99 {one.percentile(0.99):.1f} ms, "
            f"{len(one.waits)} visits"
        )
    return ratio


def compared(ground: Ground, service: Service, each: int, rounds: int) -> tuple[Measured, Measured, Measured]:
    """Measure the three by turns, after one turn of each that does not count."""
    derived = recorded = alone = Measured(0, [])
    for turn in range(rounds + 1):
        count = each if turn else max(20, each // 5)
        first = submit_over_http(ground, service, count, PATH)
        second = submit_over_http(ground, service, count, f"{PATH}?derived=false")
        third = submit_alone(ground, count)
        if turn:
            derived, recorded, alone = derived + first, recorded + second, alone + third
    return derived, recorded, alone


def submit_over_http(ground: Ground, service: Service, each: int, path: str) -> Measured:
    jobs = [(service.port, requests(site, path, visits_of(ground, site, each))) for site in ground.sites]
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


def requests(site: Site, path: str, visits: list[dict[str, Any]]) -> list[bytes]:
    return [http_client.request(site.token, path, as_json(visit).encode()) for visit in visits]
