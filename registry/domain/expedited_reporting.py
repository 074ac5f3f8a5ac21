"""Whether an adverse event is one to report in haste: serious, related, unexpected, and fatal or life-threatening (ICH E2A).

What the investigator and the sponsor say is weighed together: the higher of the two decides, so that a sponsor raises and
never lowers. What nobody has assessed is not excluded: it counts, provisionally; so does a systemic JAK inhibitor or a study
product in force at onset that nobody has said anything about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from registry.domain.dates import PartialDate
from registry.domain.dosing import TOPICAL_FORMULATIONS

Image = Mapping[str, Any]
Answer = Literal["yes", "no", "open"]

FATAL_OR_LIFE_THREATENING = frozenset({"death", "life_threatening"})
RELATED = frozenset({"certain", "probable", "possible"})
"""WHO-UMC categories that count as a reasonable possibility: which of them do is a convention of this registry."""
EXCLUDED = frozenset({"unlikely"})
"""The other categories, `conditional` and `unassessable`, are no assessment yet."""
STUDY_PRODUCT = "study_product"


@dataclass(frozen=True, slots=True)
class Given:
    """What a participant was given: the doses of JAK inhibitors and the intakes of a study product that count, as images."""

    doses: tuple[Image, ...] = ()
    intakes: tuple[Image, ...] = ()


NOTHING_GIVEN = Given()


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What is known of one drug: whether it may have caused the event, and whether the event is unexpected with it."""

    drug: str
    related: Answer
    unexpected: Answer

    @property
    def counts(self) -> bool:
        """Whether the event is, or may be, an unexpected reaction to this drug."""
        return self.related != "no" and self.unexpected != "no"

    @property
    def firm(self) -> bool:
        """Whether both were assessed, and said so."""
        return self.related == "yes" and self.unexpected == "yes"


@dataclass(frozen=True, slots=True)
class Classification:
    """What an event is for reporting; `provisional` where the last two rest on something that nobody has assessed yet."""

    serious: bool = False
    fatal_or_life_threatening: bool = False
    related: bool = False
    unexpected: bool = False
    provisional: bool = False
    suspicions: tuple[Suspicion, ...] = ()

    @property
    def expedited(self) -> bool:
        """Whether it is a suspected unexpected serious adverse reaction (SUSAR), perhaps provisionally."""
        return self.serious and self.related and self.unexpected


def in_force_at_onset(event: Image, given: Given) -> tuple[str, ...]:
    """Give the systemic JAK inhibitors, and the study product, in force on a day that the onset may be."""
    onset = PartialDate.parse(event["started_on"]) if given != NOTHING_GIVEN else None
    if onset is None:
        return ()
    systemic = (one for one in given.doses if one.get("formulation") not in TOPICAL_FORMULATIONS)
    drugs = [one["drug"] for one in systemic if _covers(one, onset)]
    product = [STUDY_PRODUCT for one in given.intakes if _covers(one, onset)]
    return tuple(sorted({*drugs, *product}))


def _covers(interval: Image, onset: PartialDate) -> bool:
    ends = interval.get("ended_on")
    begun = date.fromisoformat(interval["started_on"]) <= onset.latest
    return begun and (not ends or date.fromisoformat(ends) >= onset.earliest)


def classified(event: Image, assessment: Image | None, in_force: Iterable[str] = ()) -> Classification:
    """Classify an event by its image and that of the sponsor's assessment; one entered in error is nothing.

    `in_force` are the drugs that `in_force_at_onset` gives: each is an open suspicion until somebody assesses it.
    Unexpected is what the sponsor has not called expected with every drug that may have caused it.
    """
    if event.get("entered_in_error"):
        return Classification()
    criteria = seriousness(event, assessment)
    suspicions = tuple(_suspicions(event, assessment or {}, in_force))
    counting = [one for one in suspicions if one.counts]
    nobody_named = not suspicions
    return Classification(
        serious=bool(criteria) or bool(event.get("serious")),
        fatal_or_life_threatening=bool(criteria & FATAL_OR_LIFE_THREATENING),
        related=nobody_named or any(one.related != "no" for one in suspicions),
        unexpected=nobody_named or bool(counting),
        provisional=nobody_named or (bool(counting) and not any(one.firm for one in counting)),
        suspicions=suspicions,
    )


def seriousness(event: Image, assessment: Image | None) -> frozenset[str]:
    """Give the criteria of seriousness that the investigator or the sponsor holds to be met."""
    return frozenset(event.get("seriousness_criteria") or ()) | frozenset(
        (assessment or {}).get("seriousness_criteria") or ()
    )


def _suspicions(event: Image, assessment: Image, in_force: Iterable[str]) -> Iterable[Suspicion]:
    investigator = {one["drug"]: one.get("causality") for one in event.get("causality") or ()}
    sponsor = {one["drug"]: one for one in assessment.get("drugs") or ()}
    for drug in dict.fromkeys([*investigator, *sponsor, *in_force]):
        said = sponsor.get(drug) or {}
        yield Suspicion(drug, _related(investigator.get(drug), said.get("causality")), _unexpected(said))


def _related(investigator: str | None, sponsor: str | None) -> Answer:
    if investigator in RELATED or sponsor == "reasonable_possibility":
        return "yes"
    if investigator in EXCLUDED or sponsor == "no_reasonable_possibility":
        return "no"
    return "open"


def _unexpected(said: Image) -> Answer:
    answers: dict[str | None, Answer] = {"expected": "no", "unexpected": "yes"}
    return answers.get(said.get("expectedness"), "open")
