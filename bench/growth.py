"""What a submission costs in a database of many visits, against one of few: two databases of one server, by turns."""

from __future__ import annotations

from bench.clients import Measured
from bench.filling import fill
from bench.ground import Ground, prepared, twin
from bench.service import Service, running
from bench.submissions import PATH, submit_over_http

AIM = 1.1
FEW = 2_000


def run(visits: int = 20_000, each: int = 40, rounds: int = 4) -> float:
    """Print and give the cost after `visits` visits divided by the cost after 2,000."""
    with prepared() as small:
        fill(small, FEW)
        large = twin(small, "large")
        fill(large, visits - FEW)
        with running(small) as of_small, running(large) as of_large:
            few, many = by_turns([(small, of_small), (large, of_large)], each, rounds)
    ratio = few.rate / many.rate
    print(f"growth: a submission after {visits} visits costs {ratio:.2f} of one after {FEW} (aim {AIM} or less)")
    for name, one in ((FEW, few), (visits, many)):
        print(
            f"  {name} visits: {one.rate:.0f} visits/s, p50 {one.percentile(0.5):.1f} ms, p99 {one.percentile(0.99):.1f} ms"
        )
    return ratio


def by_turns(places: list[tuple[Ground, Service]], each: int, rounds: int) -> list[Measured]:
    """Submit to each place in turn, forwards and backwards, after one turn that does not count."""
    found = [Measured(0, []) for _ in places]
    for turn in range(rounds + 1):
        order = list(enumerate(places))
        for index, (ground, service) in order if turn % 2 else reversed(order):
            measured = submit_over_http(ground, service, each, f"{PATH}?derived=false")
            if turn:
                found[index] += measured
    return found
