"""What the rules of laboratory safety ask a person to look at: at one visit, and at every visit that a change concerns.

Results of drafts are results: they are watched as those of complete visits, and are no history for others. A draft without
a day is watched for what needs no other visit. Of the hold, the grade and the rise of the grade of one result the gravest
alone is asked: a person looks at a result once.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain.course import Course, Visit, exact, order_of
from registry.domain.derivations import laboratory
from registry.domain.enzyme_signal import ENZYME_SIGNAL
from registry.domain.growth_watch import growing
from registry.domain.laboratory_alert import Alert, Wanted
from registry.domain.laboratory_grades import INCREASED, baseline_grade, counting_number, grade_of, graded
from registry.domain.laboratory_safety import EARLY, HARMFUL, HELD, JAKI_HOLD, LABORATORY_GRADE_ALERT, LABORATORY_TREND
from registry.domain.laboratory_trend import trend, within_limit
from registry.domain.laboratory_values import found_virus, held
from registry.domain.renal_watch import kidneys
from registry.domain.rules import Rule

Failed = Callable[[str, Exception], None]
Watching = Callable[[Course, Visit], Iterator[Alert]]


def asked_by(rule: Rule[Any], kind: str, **about: Any) -> Alert:
    """Make an alert of a rule."""
    return Alert(kind=kind, rule=rule.id, rule_version=rule.version, **about)


def holding(course: Course, visit: Visit) -> Iterator[Alert]:
    """Ask about counts and haemoglobin at which a JAK inhibitor is held."""
    rule = course.rules[JAKI_HOLD.id]
    for number, result in laboratory.numbered(visit):
        analyte = result["analyte"]
        if analyte in HELD and held(result, rule):
            grade = grade_of(course, visit, analyte, number)
            about = {"analyte": analyte, "result_number": number, "grade": grade, "worse_when": -1}
            yield asked_by(rule, "hold", **about, **_value(result))


def grading(course: Course, visit: Visit) -> Iterator[Alert]:
    """Ask about grades to be looked at that are worse than at baseline, and about rises of the grade."""
    rule = course.rules[LABORATORY_GRADE_ALERT.id]
    after = laboratory.after_baseline(course, visit)
    results, hold = visit.results(), course.rules[JAKI_HOLD.id]
    for one in graded(course, visit):
        result = results[one.result_number - 1]
        if one.grade is None or (one.subject in HELD and held(result, hold)):
            continue
        before = baseline_grade(course, one.subject) if after else None
        least = rule.constants.early_grade if one.analyte in EARLY else rule.constants.alert_grade
        of_this = {"analyte": one.analyte, "result_number": one.result_number, "grade": one.grade, **_value(result)}
        of_this["worse_when"] = 1 if one.subject.endswith(INCREASED) else HARMFUL.get(one.analyte, 1)
        if one.grade >= least and (before is None or one.grade > before):
            yield asked_by(rule, "grade", **of_this)
        elif before is not None and one.grade - before >= rule.constants.rise:
            yield asked_by(rule, "shift", **of_this)


def signalling(course: Course, visit: Visit) -> Iterator[Alert]:
    """Ask about a rise of a muscle enzyme that is a signal, not a flare."""
    for number, result in laboratory.numbered(visit):
        if result["analyte"] == laboratory.SIGNAL_ENZYME and dated(visit):
            given = laboratory.signalled(course, visit, result, number)
            if given.category == "signal":
                grade = grade_of(course, visit, result["analyte"], number)
                about = {"analyte": result["analyte"], "result_number": number, "grade": grade, "worse_when": 1}
                yield asked_by(given.rule, ENZYME_KIND, **about, **_value(result))


def infecting(course: Course, visit: Visit) -> Iterator[Alert]:
    """Ask about BK virus that was found."""
    for number, result in enumerate(visit.results(), 1):
        if found_virus(result):
            rule = course.rules["bk-virus-alert"]
            about = {"analyte": result["analyte"], "result_number": number, "worse_when": 1}
            yield asked_by(rule, "virus", **about, **_value(result))


def trending(course: Course, visit: Visit) -> Iterator[Alert]:
    """Ask about the third of three results in a row that move towards harm."""
    rule = course.rules[LABORATORY_TREND.id]
    for analyte in dict.fromkeys(result["analyte"] for _, result in laboratory.numbered(visit)):
        if analyte not in HARMFUL or not dated(visit) or within_limit(analyte, visit.counting(analyte) or {}):
            continue
        found = trend(course, visit, analyte, rule)
        number = counting_number(visit, analyte) if found.harmful else None
        if number is not None:
            about = {"analyte": analyte, "result_number": number, "grade": grade_of(course, visit, analyte, number)}
            yield asked_by(rule, "trend", **about, worse_when=HARMFUL[analyte], **_value(found.results[-1]))


def _value(result: Mapping[str, Any]) -> dict[str, Any]:
    return {"measured": exact(result.get("value")), "unit": result.get("unit")}


def dated(visit: Visit) -> bool:
    """Whether a visit has a day, and so a place among the others."""
    return bool(visit.image.get("visited_on"))


ENZYME_KIND = "enzyme_signal"


@dataclass(frozen=True, slots=True)
class Watch:
    """What asks about a visit, the kinds of its alerts, and the rule that is named where it fails."""

    watching: Watching
    kinds: frozenset[str]
    rule: str


WATCHES: tuple[Watch, ...] = (
    Watch(holding, frozenset({"hold"}), JAKI_HOLD.id),
    Watch(grading, frozenset({"grade", "shift"}), LABORATORY_GRADE_ALERT.id),
    Watch(signalling, frozenset({ENZYME_KIND}), ENZYME_SIGNAL.id),
    Watch(kidneys, frozenset({"renal"}), "renal-alert"),
    Watch(infecting, frozenset({"virus"}), "bk-virus-alert"),
    Watch(growing, frozenset({"growth"}), "height-velocity"),
    Watch(trending, frozenset({"trend"}), LABORATORY_TREND.id),
)


def of_visit(course: Course, visit: Visit, failed: Failed) -> Wanted:
    """Give what is asked at a visit; a rule that fails is told to `failed`, and what it asked before is left as it is."""
    alerts: list[Alert] = []
    unknown: frozenset[str] = frozenset()
    for watch in WATCHES:
        try:
            alerts += watch.watching(course, visit)
        except Exception as error:
            failed(watch.rule, error)
            unknown |= watch.kinds
    return Wanted(visit.id, tuple(alerts), unknown)


def of_course(
    course: Course, images: Sequence[Mapping[str, Any]], written: Collection[str], failed: Failed
) -> list[Wanted]:
    """Give what is asked at each visit that visits just `written` concern; nothing at one entered in error.

    `images` are those of the participant's visits, with those that were written whatever their state.
    """
    own = [Visit(image) for image in images if image["id"] in written]
    ended = [Wanted(visit.id) for visit in own if visit.image.get("entered_in_error")]
    alone = [visit for visit in own if not dated(visit) and not visit.image.get("entered_in_error")]
    return [*ended, *(of_visit(course, visit, failed) for visit in (*alone, *concerned(course, own)))]


def concerned(course: Course, written: Sequence[Visit]) -> Sequence[Visit]:
    """Give the visits with a day that those written concern: themselves, and those after what counts as history.

    A visit that was amended may have had another day, and one at the baseline or before it may change the baseline: then
    every visit is concerned.
    """
    ids = {visit.id for visit in written}
    first = [visit for visit in course.visits if visit.id in ids]
    history = [visit for visit in first if visit.complete]
    early = course.baseline is not None and any(order_of(one) <= order_of(course.baseline) for one in history)
    if early or any(visit.version > 1 for visit in written):
        return course.visits
    since = min((order_of(visit) for visit in history), default=None)
    return [one for one in course.visits if one.id in ids or (since is not None and order_of(one) >= since)]
