"""Visits in one streamed NDJSON request, against COPY of the same rows into the same tables with their triggers on."""

from __future__ import annotations

import http.client
import json
import random
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from bench import bodies
from bench.ground import STUDY, Ground, Site, attribution, prepared, twin
from bench.service import Service, running
from registry.db.transaction import SAY, as_json

AIM = 0.3
TABLES = ("visit", "vital_signs", "disease_activity", "muscle_strength", "laboratory_result")
PIECE = 1 << 16


def run(lines: int = 20_000) -> float:
    """Print and give the ratio, and the service's peak memory at a tenth of the lines and at all of them."""
    with tempfile.TemporaryDirectory() as folder, prepared() as ground:
        site = ground.sites[0]
        few, many = (written(ground, site, count, Path(folder) / f"{count}.ndjson") for count in (lines // 10, lines))
        other = twin(ground, "twin")
        with running(ground) as service:
            submit(service, site, few)
            at_few = peak_memory(service)
            seconds = submit(service, site, many)
            at_many = peak_memory(service)
        copied = copied_into(other, ground, Path(folder))
        every, size = lines + lines // 10, many.stat().st_size
    ratio = (lines / seconds) / (every / copied)
    print(f"bulk: {ratio:.2f} of COPY with triggers (aim {AIM} or more)")
    print(f"  bulk: {lines / seconds:.0f} visits/s, {lines} lines of {size / lines:.0f} bytes")
    print(f"  COPY: {every / copied:.0f} visits/s, {every} visits")
    print(
        f"  peak memory of the service: {at_few:.0f} MiB after {lines // 10} lines, {at_many:.0f} MiB after {lines} more"
    )
    return ratio


def written(ground: Ground, site: Site, count: int, path: Path) -> Path:
    """Write the lines of visits of newly enrolled participants to a file."""
    planned, chance = len(bodies.EVENTS), random.Random(count)
    people = ground.enrol(site, count // planned + 1)
    with path.open("w") as file:
        for number in range(count):
            visit = bodies.small_visit(people[number // planned], number % planned, chance)
            file.write(as_json(visit) + "\n")
    return path


def submit(service: Service, site: Site, path: Path) -> float:
    """Stream the file as one request; give how long it took until the last answer; every line must be kept."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=3600)
    head = {
        "Authorization": f"Bearer {site.token}",
        "Content-Type": "application/x-ndjson",
        "Content-Length": str(path.stat().st_size),
        "Idempotency-Key": uuid.uuid4().hex,
    }
    began = time.perf_counter()
    with path.open("rb") as file:
        connection.request("POST", f"/v1/studies/{STUDY}/visits:bulk", pieces(file), head)
    answers = [json.loads(line) for line in connection.getresponse()]
    took = time.perf_counter() - began
    found = Counter(one.get("status") for one in answers)
    if set(found) != {201}:
        raise RuntimeError(f"{found}: {[one for one in answers if one.get('status') != 201][:2]}")
    return took


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def peak_memory(service: Service) -> float:
    """Give the most memory, in MiB, that a process of the service ever had."""
    status = (Path(f"/proc/{one.pid}/status").read_text() for one in service.workers())
    return max(int(text.split("VmHWM:")[1].split()[0]) for text in status) / 1024


def copied_into(other: Ground, ground: Ground, folder: Path) -> float:
    """Copy all visits into the other database in one transaction; give how long that took, the reading apart."""
    with ground.owner() as source, psycopg.connect(other.admin_url) as target:
        for table in TABLES:
            copy(source, sql.SQL("copy {} to stdout").format(sql.Identifier(table)), folder / table, "wb")
        began = time.perf_counter()
        target.execute(SAY, attribution().settings())
        for table in TABLES:
            copy(target, sql.SQL("copy {} from stdin").format(sql.Identifier(table)), folder / table, "rb")
        target.commit()
        return time.perf_counter() - began


def copy(connection: psycopg.Connection[tuple[object, ...]], statement: sql.Composed, path: Path, mode: str) -> None:
    with path.open(mode) as file, connection.cursor() as cursor, cursor.copy(statement) as stream:
        if mode == "wb":
            file.writelines(map(bytes, stream))
        else:
            for piece in pieces(file):
                stream.write(piece)
