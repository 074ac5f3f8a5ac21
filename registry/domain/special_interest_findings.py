"""What an adverse event, a live vaccine, or the results of a visit, make a candidate for an event of special interest.

Pure: the rule set is `special_interest`. Words are looked for in the event as reported, in its CTCAE term and in the
term it is coded to. Grades are those of the study's CTCAE version; a grade that cannot be decided makes no candidate. Results
at the baseline visit or before it are no events of treatment: myositis raises enzymes of its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from registry.domain.course import Course, Dose, Medication, Visit, exact
from registry.domain.dates import PartialDate
from registry.domain.derivations import laboratory
from registry.domain.derivations.growth import kidney_function
from registry.domain.laboratory_grades import grade_at
from registry.domain.laboratory_safety import RENAL_ALERT
from registry.domain.medications import LIVE_VACCINES
from registry.domain.special_interest import SPECIAL_INTEREST_RULE, TOPICS, Topic
from registry.domain.special_interest_words import is_infection, named, plain

Image = Mapping[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A topic that a source is a candidate for, and how that was found; `analyte` of a result."""

    topic: str
    found_by: str
    analyte: str | None = None


# --- adverse events ---------------------------------------------------------------------------------------------------


def of_event(event: Image, serious: bool, coded: Image | None = None, own: Iterable[Image] = ()) -> frozenset[Finding]:
    """Give what an event is a candidate for; nothing where it was entered in error.

    `serious` is by the investigator or the sponsor. `coded` is the term it is coded to. `own` are the words and codes
    that the study adds, each with its topic.
    """
    if event.get("entered_in_error"):
        return frozenset()
    texts = _texts(event, coded or {})
    situations = set(event.get("special_situations") or ())
    found = {Finding(topic.code, "term") for topic in TOPICS.values() if _is_named(topic, texts, serious)}
    if serious and is_infection((event.get("ctcae_term"), event.get("term")), (coded or {}).get("system_organ_class")):
        found.add(Finding("serious_infection", "term"))
    found |= {
        Finding(topic.code, "special_situation") for topic in TOPICS.values() if situations & set(topic.situations)
    }
    return frozenset(found | set(_of_the_study(texts, coded or {}, own)))


def _texts(event: Image, coded: Image) -> tuple[str, ...]:
    said = (event.get("term"), event.get("ctcae_term"), coded.get("term"), coded.get("preferred_term"))
    return tuple(plain(text) for text in said if text)


def _is_named(topic: Topic, texts: tuple[str, ...], serious: bool) -> bool:
    if topic.serious_only and not serious:
        return False
    return named(topic.words, texts) and (not topic.together or named(topic.together, texts))


def _of_the_study(texts: tuple[str, ...], coded: Image, own: Iterable[Image]) -> Iterator[Finding]:
    for one in own:
        if one.get("term") and named((one["term"],), texts):
            yield Finding(one["topic"], "term")
        codes = coded.get("code"), coded.get("preferred_code")
        if one.get("code") and one["dictionary"] == coded.get("dictionary") and one["code"] in codes:
            yield Finding(one["topic"], "code")


# --- medications ------------------------------------------------------------------------------------------------------


def of_medication(course: Course, medication: Medication) -> frozenset[Finding]:
    """Give what a medication is a candidate for: a live vaccine during a dose of a JAK inhibitor, or within days of it.

    A day that is not known is not excluded: it may be any that it can be.
    """
    if medication.image["medication"] not in LIVE_VACCINES:
        return frozenset()
    days = timedelta(days=course.rules[SPECIAL_INTEREST_RULE.id].constants.live_vaccine_days)
    given = medication.partial("started_on")
    if any(_is_near(given, dose, days) for dose in course.doses):
        return frozenset({Finding("live_vaccine_exposure", "medication")})
    return frozenset()


def _is_near(given: PartialDate | None, dose: Dose, days: timedelta) -> bool:
    if given is None:
        return True
    return given.latest >= dose.starts - days and (dose.ends is None or given.earliest <= dose.ends + days)


# --- laboratory results -----------------------------------------------------------------------------------------------


def of_visit(course: Course, visit: Visit) -> frozenset[Finding]:
    """Give what the results of a visit are a candidate for; nothing before treatment."""
    if not _under_treatment(course, visit):
        return frozenset()
    analytes = {result["analyte"] for result in visit.results()}
    topics = [topic for topic in TOPICS.values() if analytes.intersection(topic.analytes)]
    return frozenset(finding for topic in topics for finding in _of_topic(course, visit, topic))


def _under_treatment(course: Course, visit: Visit) -> bool:
    """Whether a visit comes after the baseline visit or the first dose; where neither is known it is not excluded."""
    if course.baseline is None and not course.doses:
        return True
    return laboratory.after_baseline(course, visit) or any(dose.starts < visit.on for dose in course.doses)


def _of_topic(course: Course, visit: Visit, topic: Topic) -> Iterator[Finding]:
    constants = course.rules[SPECIAL_INTEREST_RULE.id].constants
    grades = grade_at(course, visit) if topic.graded else {}
    for analyte, name in topic.graded.items():
        if grades.get(analyte, 0) >= getattr(constants, name):
            yield Finding(topic.code, "laboratory_grade", analyte)
    for analyte in topic.measured:
        if visit.results(analyte) and MEASURED[analyte](course, visit):
            yield Finding(topic.code, "laboratory_grade", analyte)
    later = topic.positive_later if laboratory.after_baseline(course, visit) else ()
    for analyte in (*topic.positive, *later):
        if any(is_positive(result) for result in visit.results(analyte)):
            yield Finding(topic.code, "virus_result", analyte)


def is_positive(result: Image) -> bool:
    """Whether a result is positive: by its finding, else by a value above zero that is not below the limit of detection."""
    if result.get("finding"):
        return bool(result["finding"] == "positive")
    value = exact(result.get("value"))
    return value is not None and value > 0 and result.get("comparator") != "<"


def _enzyme_signal(course: Course, visit: Visit) -> bool:
    """Whether CK rose while strength and disease activity were stable (rule `enzyme-signal`)."""
    results = (one for one in laboratory.numbered(visit) if one[1]["analyte"] == laboratory.SIGNAL_ENZYME)
    return any(laboratory.signalled(course, visit, one, number).category == "signal" for number, one in results)


def _calculated_fall(course: Course, visit: Visit) -> bool:
    """Whether the eGFR of the creatinine is low, or fell from that of the baseline visit."""
    before = course.baseline if laboratory.after_baseline(course, visit) else None
    return _has_fallen(course, _filtration(course, visit), _filtration(course, before) if before else None)


def _reported_fall(course: Course, visit: Visit) -> bool:
    """Whether an eGFR that the laboratory reported is low, or fell from the one at baseline."""
    kept = laboratory.at_baseline(course, visit, "EGFR", lambda result: not result.get("comparator"))
    return _has_fallen(course, _reported(visit.counting("EGFR")), _reported(kept[1]) if kept else None)


def _has_fallen(course: Course, now: Decimal | None, before: Decimal | None) -> bool:
    constants = course.rules[RENAL_ALERT.id].constants
    if now is None:
        return False
    fallen = before is not None and before > 0 and (before - now) * 100 >= constants.fall_percent * before
    return now < constants.low_below or fallen


def _filtration(course: Course, visit: Visit) -> Decimal | None:
    unrounded: Decimal | None = getattr(kidney_function(course, visit).result.details, "unrounded", None)
    return unrounded


def _reported(result: Image | None) -> Decimal | None:
    """The value of an eGFR as reported; a censored one is only a bound and is left out."""
    return None if result is None or result.get("comparator") else exact(result.get("value"))


def _below_limit(_: Course, visit: Visit) -> bool:
    """Whether IgG is below the lower limit of its laboratory."""
    result = visit.counting("IGG") or {}
    value, limit = exact(result.get("value")), exact(result.get("lower_limit"))
    if value is None or limit is None or result.get("comparator") == ">":
        return False
    return value < limit or (result.get("comparator") == "<" and value == limit)


MEASURED = {"CK": _enzyme_signal, "CREAT": _calculated_fall, "EGFR": _reported_fall, "IGG": _below_limit}
"""What judges an analyte that is not judged by a grade."""
