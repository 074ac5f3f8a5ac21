"""The wide file of participants: one row each, what was known at the baseline beside what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registry.domain.analysis_followed import Followed
from registry.domain.analysis_measures import Measure
from registry.domain.analysis_outcomes import OUTCOMES
from registry.domain.analysis_participant import FIRST_JAK_INHIBITOR, PREDICTORS
from registry.domain.analysis_safety import SAFETY
from registry.publish.extracts.columns import FILES, PARTICIPANT, File
from registry.publish.extracts.declared import AGE_AT_FIRST_VISIT, OLDEST_AGE
from registry.publish.extracts.wide_visit import column_of, told
from registry.schemas.participants import TREATMENTS

PRIOR = "prior_treatments"
MEASURES: tuple[Measure[Followed], ...] = (*PREDICTORS, *FIRST_JAK_INHIBITOR, *OUTCOMES, *SAFETY)
_OF_PARTICIPANT = {column.name: column for column in FILES[0].columns}
_AS_RECORDED = ("sex_at_birth", "disease_course")
"""Columns that are those of the file of participants, with its protection: as recorded, and one a prior treatment."""

FILE = File(
    "wide_participant",
    "A participant for analysis: what was known at the baseline beside what came of it.",
    (
        PARTICIPANT,
        AGE_AT_FIRST_VISIT,
        *(_OF_PARTICIPANT[name] for name in _AS_RECORDED),
        *(_OF_PARTICIPANT[f"{PRIOR}_{code}"] for code in TREATMENTS),
        *map(column_of, MEASURES),
    ),
    (),
)


def of(who: Followed) -> Iterator[tuple[Any, ...]]:
    """Give the row of one participant."""
    yield (*_recorded(who), *(told(measure, measure.read(who)) for measure in MEASURES))


def _recorded(who: Followed) -> Iterator[Any]:
    participant, day_1 = who.course.participant, who.course.day_1
    yield None if day_1 is None else min(participant.months_old(day_1) // 12, OLDEST_AGE)
    yield from (participant.image.get(name) for name in _AS_RECORDED)
    prior = participant.image.get(PRIOR)
    yield from (None if prior is None else int(code in prior) for code in TREATMENTS)
