"""What tells of an extract's columns beside them: the codebook, and the rules of the profile."""

from __future__ import annotations

import csv
import io

from registry.domain.deidentification import Days, Profile
from registry.publish.extracts import codebook
from registry.publish.extracts.released import files_of
from registry.publish.extracts.rules_told import rules_of
from tests.publish.test_columns import EACH_PROFILE, leaving


@EACH_PROFILE
def test_the_codebook_tells_every_column_that_leaves(profile: Profile) -> None:
    files = files_of(profile, unblinded=True)
    rows = list(csv.DictReader(io.StringIO(b"".join(codebook.lines(profile, files)).decode())))
    assert tuple(rows[0]) == codebook.HEADINGS
    assert [(row["file"], row["column"]) for row in rows] == [(file.name, one.name) for file, one in leaving(profile)]
    assert all(row["words"] and row["type"] and row["action"] and row["short_name"] for row in rows)
    assert len({(row["file"], row["short_name"]) for row in rows}) == len(rows)
    assert codebook.lines(profile) == codebook.lines(profile, files_of(profile))


@EACH_PROFILE
def test_the_rules_say_how_the_profile_tells_days_sites_and_rare_values(profile: Profile) -> None:
    told = " ".join(rules_of(profile))
    assert ("study days" in told) is (profile.days is not Days.STUDY_QUARTERS)
    assert ("Sites stand under keyed pseudonyms" in told) is profile.sites
    assert (f"fewer than {profile.k} participants" in told) is (profile.k > 1)
