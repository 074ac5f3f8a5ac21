"""Canaries wherever a person could write: none may be in any byte of what was released."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pyreadstat
import pytest

from registry.db.transaction import Database
from registry.domain.deidentification import PROFILES
from registry.domain.extract_orders import FORMATS
from registry.publish.extracts.columns import FILES
from registry.publish.extracts.released import EVERY_FILE
from registry.publish.extracts.writing import Sources
from tests.conftest import Installation
from tests.publish import cohort
from tests.publish.releasing import ordered, written

A_DATE = re.compile(rb"\b(19|20)\d\d-[01]\d(-[0-3]\d)?\b")
NOT_OF_PARTICIPANTS = ("codebook.csv", "extract.zip/codebook.csv")


@pytest.fixture(scope="module")
def service(shared_installation: Installation) -> Iterator[Database]:
    database = Database(shared_installation.service_url, size=2)
    database.open()
    yield database
    database.close()


@pytest.fixture(scope="module")
def sources(shared_installation: Installation, service: Database) -> Iterator[Sources]:
    for views in cohort.views(shared_installation):
        yield Sources(views, service)


@pytest.fixture(scope="module")
def canaries(service: Database) -> cohort.Cohort:
    """Twelve participants who have a canary wherever somebody could write."""
    return cohort.planted(service, participants=12)


@pytest.mark.parametrize("profile", PROFILES)
def test_no_canary_identifier_or_code_is_in_any_byte(
    sources: Sources, canaries: cohort.Cohort, tmp_path: Path, profile: str
) -> None:
    """Every format is written from the same batches: the profile that tells most is read in each, and with what is derived."""
    formats, files = (tuple(FORMATS), EVERY_FILE) if profile == "internal" else (("csv",), FILES)
    kinds = tuple(file.name for file in files)
    order = replace(ordered(canaries.study, datetime.now(UTC), profile), formats=formats, kinds=kinds)
    written(sources, order, tmp_path / "out")
    ids = [canaries.study, *canaries.sites, *canaries.participants, *canaries.visits, order.id]
    hidden = [one.encode() for known in ids for one in (known, known.replace("-", ""))]
    suffixes = set()
    for name, content in contents(tmp_path / "out"):
        told = content.lower().replace(cohort.STUDY.lower().encode(), b"")
        assert cohort.CANARY.encode() not in told, name
        assert not [one for one in hidden if one in told], name
        suffixes.add(Path(name).suffix)
        if profile != "limited" and name.endswith(".csv") and name not in NOT_OF_PARTICIPANTS:
            assert not A_DATE.search(content), name
    assert suffixes >= (
        {".xpt", ".dta", ".sav", ".parquet", ".R"} if profile == "internal" else {".csv", ".json", ".zip"}
    )


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give every file as it is; what is in the zip as it was put there; what is compressed as its values."""
    for path in sorted(folder.iterdir()):
        yield path.name, path.read_bytes()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as whole:
                yield from ((f"{path.name}/{name}", whole.read(name)) for name in whole.namelist())
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            yield path.name, f"{table.schema.to_string()} {table.to_pydict()}".encode()
        if path.suffix == ".sav":
            values, about = pyreadstat.read_sav(str(path))
            yield path.name, f"{values.to_csv()} {vars(about)}".encode()
