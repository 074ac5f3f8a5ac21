"""Clients at work: threads in a few processes, each going through its own jobs; how long each job took."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bench.service import SPAWN

PROCESSES = 2


@dataclass(frozen=True)
class Measured:
    """What clients at work did: how many jobs, in how many seconds, and how long each one waited."""

    seconds: float
    waits: list[float]

    @property
    def rate(self) -> float:
        return len(self.waits) / self.seconds

    def percentile(self, share: float) -> float:
        """Give a percentile of the waits in milliseconds."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000

    def __add__(self, other: Measured) -> Measured:
        return Measured(self.seconds + other.seconds, self.waits + other.waits)


Client = Callable[[Any, Sequence[Any], threading.Barrier, list[float]], None]


def at_work(client: Client, of_client: Sequence[tuple[Any, Sequence[Any]]]) -> Measured:
    """Run one client for each (setting, jobs); a client readies itself, waits at the barrier, and notes its waits."""
    start, answers = SPAWN.Barrier(PROCESSES), SPAWN.SimpleQueue()
    shares = [of_client[index::PROCESSES] for index in range(PROCESSES)]
    processes = [SPAWN.Process(target=work, args=(client, share, start, answers)) for share in shares]
    for process in processes:
        process.start()
    done = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    if failed := [one for one in done if isinstance(one, str)]:
        raise RuntimeError(failed[0])
    began, ended = min(one[0] for one in done), max(one[1] for one in done)
    return Measured(ended - began, [wait for one in done for wait in one[2]])


def work(client: Client, share: Sequence[tuple[Any, Sequence[Any]]], start: Any, answers: Any) -> None:
    ready = threading.Barrier(len(share) + 1)
    waits: list[list[float]] = [[] for _ in share]
    problems: list[str] = []

    def run(setting: Any, jobs: Sequence[Any], noted: list[float]) -> None:
        try:
            client(setting, jobs, ready, noted)
        except Exception as error:  # a client that fails must not leave the others waiting
            problems.append(repr(error))
            ready.abort()

    threads = [
        threading.Thread(target=run, args=(setting, jobs, noted))
        for (setting, jobs), noted in zip(share, waits, strict=True)
    ]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    with suppress(threading.BrokenBarrierError):
        ready.wait()
    for thread in threads:
        thread.join()
    ended = time.perf_counter()
    answers.put(problems[0] if problems else (began, ended, [wait for noted in waits for wait in noted]))
