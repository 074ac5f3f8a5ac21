"""What a condition of a protocol can ask for: each measure with its words, unit and source, and how it is found on a day.

A measure is read from the records that are dated up to the day, complete visits only. Rules of ours: the last visit with
the value decides, and where that value cannot be used it is not known; what is not recorded is not known, never absent. A
list of a participant that has entries is taken as whole; an empty one tells nothing.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from registry.domain import derivation
from registry.domain.autoantibodies import AUTOANTIBODIES
from registry.domain.bohan_peter import BOHAN_PETER
from registry.domain.classification import CLASSIFICATION
from registry.domain.conditions import NOTHING, Between, Fact, Members
from registry.domain.course import Course, Medication, Visit
from registry.domain.dates import PartialDate, months_between
from registry.domain.derivation import Failed
from registry.domain.derivations import state_measures as read_from
from registry.domain.derivations.state_measures import Read
from registry.domain.derived import Derived
from registry.domain.dosing import JAK_INHIBITORS
from registry.domain.eligibility_results import RESULTS, latest_of_visits
from registry.domain.functioning import CHAQ
from registry.domain.high_risk import HIGH_RISK
from registry.domain.items import CDASI_ACTIVITY_TOTAL, CMAS_TOTAL
from registry.domain.medications import LIVE_VACCINES, MEDICATIONS
from registry.domain.refractory import REFRACTORY
from registry.domain.vocabulary import INDICATIONS, SEX_AT_BIRTH

Find = Callable[[Course, date], Fact]
NO_CODES: Mapping[str, str] = MappingProxyType({})
INDETERMINATE = "indeterminate"


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that a condition can ask for; `dated` where its value has a day, so that it can be too old."""

    code: str
    words: str
    kind: str
    source: str
    find: Find
    unit: str | None = None
    codes: Mapping[str, str] = field(default_factory=lambda: NO_CODES)
    dated: bool = False


class Facts(dict[str, Fact]):
    """The facts of a course on a day, each found when it is first asked for."""

    def __init__(self, course: Course, day: date) -> None:
        super().__init__()
        self.course = until(course, day)
        self.day = day

    def get(self, code: str, default: Fact = NOTHING) -> Fact:  # type: ignore[override]
        """Give the fact of a measure; `default` where there is no such measure."""
        if code not in self and code in MEASURES:
            self[code] = MEASURES[code].find(self.course, self.day)
        return super().get(code, default)


def until(course: Course, day: date) -> Course:
    """Give the course as far as it is dated up to a day."""
    return replace(
        course,
        visits=tuple(visit for visit in course.visits if visit.on <= day),
        doses=tuple(dose for dose in course.doses if dose.starts <= day),
        medications=tuple(one for one in course.medications if not _begins_after(one, day)),
        today=min(course.today, day),
        memory={},
    )


def _begins_after(medication: Medication, day: date) -> bool:
    start = medication.partial("started_on")
    return start is not None and start.is_certainly_after(day)


# --- of the participant -------------------------------------------------------------------------------------------


def _age(course: Course, day: date) -> Fact:
    """Completed years; in the month of birth they are known only once every child born in it has had the birthday."""
    born = course.participant
    months = born.months_old(day)
    last = monthrange(int(born.image["birth_year"]), int(born.image["birth_month"]))[1]
    youngest = months if day.day >= last else months - 1
    years = Between(Decimal(max(youngest, 0) // 12), Decimal(max(months, 0) // 12))
    return Fact(years, inputs=(born.used("birth_year", "birth_month"),)) if months >= 0 else NOTHING


def _sex(course: Course, _: date) -> Fact:
    sex = course.participant.image.get("sex_at_birth")
    return Fact(None if sex == "unknown" else sex, inputs=(course.participant.used("sex_at_birth"),))


def _months_since(name: str) -> Find:
    def find(course: Course, day: date) -> Fact:
        when = course.participant.partial(name)
        if when is None or when.earliest > day:
            return NOTHING
        latest = min(when.latest, day)
        months = Between(Decimal(months_between(latest, day)), Decimal(months_between(when.earliest, day)))
        return Fact(months, inputs=(course.participant.used(name),))

    return find


def _listed(name: str) -> Find:
    def find(course: Course, _: date) -> Fact:
        listed = frozenset(course.participant.image.get(name) or ())
        return Fact(Members(listed, whole=True), inputs=(course.participant.used(name),)) if listed else NOTHING

    return find


def _prior_treatments(course: Course, day: date) -> Fact:
    """What is listed of the participant, and every medication that certainly began before the day."""
    listed = frozenset(course.participant.image.get("prior_treatments") or ())
    given = [one for one in course.medications if (start := one.partial("started_on")) and start.latest < day]
    found = listed | {str(one.image["medication"]) for one in given}
    if not found:
        return NOTHING
    inputs = ((course.participant.used("prior_treatments"),) if listed else ()) + tuple(
        one.used("medication", "started_on") for one in given
    )
    return Fact(Members(found, whole=bool(listed)), inputs=inputs)


def _prior_jak_inhibitors(course: Course, day: date) -> Fact:
    """The JAK inhibitors of doses that began before the day; no dose tells nothing of what was not recorded."""
    before = [dose for dose in course.doses if dose.starts < day]
    drugs = frozenset(str(dose.image["drug"]) for dose in before)
    return Fact(Members(drugs), inputs=tuple(dose.used("drug", "started_on") for dose in before)) if drugs else NOTHING


def _autoantibodies(course: Course, day: date) -> Fact:
    """Positive in any test up to the day; absent only where every test of it is negative."""
    tests = [test for test in course.participant.image.get("autoantibodies") or () if not _tested_after(test, day)]
    findings: dict[str, set[str]] = {}
    for test in tests:
        findings.setdefault(test["antibody"], set()).add(test["finding"])
    positive = frozenset(antibody for antibody, found in findings.items() if "positive" in found)
    negative = frozenset(antibody for antibody, found in findings.items() if found == {"negative"})
    return Fact(Members(positive, negative), inputs=(course.participant.used("autoantibodies"),)) if tests else NOTHING


def _tested_after(test: Mapping[str, str], day: date) -> bool:
    return "tested_on" in test and PartialDate.parse(test["tested_on"]).is_certainly_after(day)


def _days_since_live_vaccine(course: Course, day: date) -> Fact:
    given = [one for one in course.medications if one.image["medication"] in LIVE_VACCINES]
    dated = [(start, one) for one in given if (start := one.partial("started_on"))]
    if not dated or len(dated) < len(given):
        return NOTHING
    days = Between(
        Decimal(min((day - min(start.latest, day)).days for start, _ in dated)),
        Decimal(min((day - start.earliest).days for start, _ in dated)),
    )
    return Fact(days, inputs=tuple(one.used("medication", "started_on") for _, one in dated))


# --- of a visit, and by a rule ------------------------------------------------------------------------------------


def _read(read: Callable[[Visit, Course], Read]) -> Find:
    """Find a number at the last visit that has it."""

    def find(course: Course, day: date) -> Fact:
        def at(visit: Visit) -> tuple[Between | None, tuple[str, ...]]:
            found = read(visit, course)
            return (None if found.value is None else Between.exactly(found.value)), found.fields

        return latest_of_visits(course, day, at)

    return find


def _category(rule: str, derive: Callable[[Course, Failed], Iterable[Derived]]) -> Find:
    """Find the category of a rule that no missing input can change."""

    def find(course: Course, day: date) -> Fact:
        derived = next((one for one in derive(course, _undecided) if one.result.rule.id == rule), None)
        if derived is None or not derived.result.final or derived.result.category in (None, INDETERMINATE):
            return NOTHING
        return Fact(derived.result.category, inputs=derived.inputs)

    return find


def _undecided(*_: object) -> None:
    """A rule that fails on what is recorded is not known; the failure is told where the participant is read."""


def _of_participant(rule: str) -> Find:
    return _category(rule, lambda course, failed: derivation.of_participant(course, failed, only=(rule,)))


def _high_risk(course: Course, failed: Failed) -> Iterable[Derived]:
    last = course.complete[-1:]
    return derivation.of_visit(course, last[0], failed, only=(HIGH_RISK.id,)) if last else ()


def _certain(rule_codes: Mapping[str, str]) -> Mapping[str, str]:
    return {code: words for code, words in rule_codes.items() if code != INDETERMINATE}


def _of_person() -> Iterator[Measure]:
    person = "Participant"
    yield Measure("age", "Age in completed years", "number", f"{person}: year and month of birth", _age, "a")
    yield Measure("sex", "Sex at birth", "code", person, _sex, codes=SEX_AT_BIRTH)
    for code, name, words in (
        ("months_since_diagnosis", "diagnosed_on", "Months since the diagnosis"),
        ("months_since_onset", "symptom_onset", "Months since the first symptom"),
    ):
        yield Measure(code, words, "number", person, _months_since(name), "mo")
    yield Measure(
        "indications", "Indications of a JAK inhibitor", "set", person, _listed("indications"), codes=INDICATIONS
    )
    treatments = {code: medication.name for code, medication in MEDICATIONS.items()}
    yield Measure(
        "prior_treatments",
        "Treatments before the day",
        "set",
        f"{person}, and concomitant medications that began before the day",
        _prior_treatments,
        codes=treatments,
    )
    inhibitors = {code: drug.name for code, drug in JAK_INHIBITORS.items()}
    yield Measure(
        "prior_jak_inhibitors", "JAK inhibitors before the day", "set", "Doses", _prior_jak_inhibitors, codes=inhibitors
    )
    antibodies = {code: antibody.name for code, antibody in AUTOANTIBODIES.items()}
    yield Measure("autoantibodies", "Autoantibodies found", "set", person, _autoantibodies, codes=antibodies)
    yield Measure(
        "days_since_live_vaccine", "Days since the last live vaccine", "number", "Concomitant medications",
        _days_since_live_vaccine, "d",
    )  # fmt: skip


def _of_visits_and_rules() -> Iterator[Measure]:
    visit = "Last complete visit up to the day that has it"
    for code, words, unit, read in READS:
        yield Measure(code, words, "number", visit, _read(read), unit, dated=True)
    for rule in (CLASSIFICATION, BOHAN_PETER, REFRACTORY):
        code = rule.id.replace("-", "_")
        yield Measure(
            code, rule.title, "code", f"Rule {rule.id}", _of_participant(rule.id), codes=_certain(rule.categories)
        )
    risk, codes = _category(HIGH_RISK.id, _high_risk), _certain(HIGH_RISK.categories)
    yield Measure("high_risk", HIGH_RISK.title, "code", "Rule high-risk at the last complete visit", risk, codes=codes)
    for one in RESULTS:
        source = f"{visit}: laboratory"
        yield Measure(one.code, one.words, one.kind, source, one.find, one.unit, one.codes or NO_CODES, dated=True)


READS: tuple[tuple[str, str, str, Callable[[Visit, Course], Read]], ...] = (
    ("weight", "Body weight", "kg", lambda visit, _: read_from.plain(visit, "vital_signs", "weight")),
    ("height", "Body height", "cm", lambda visit, _: read_from.plain(visit, "vital_signs", "height")),
    ("mmt8_total", "MMT8 on the scale of 0 to 80", "{score}", lambda visit, _: read_from.mmt8_of_80(visit)),
    ("cmas_total", "CMAS", "{score}", lambda visit, _: read_from.total(visit, "muscle_strength", CMAS_TOTAL)),
    ("cdasi_activity", "CDASI v2 activity, 0 to 100", "{score}",
     lambda visit, _: read_from.total(visit, "skin_disease", CDASI_ACTIVITY_TOTAL)),
    ("physician_global_activity", "Physician's global activity, 0 to 10 cm", "cm",
     lambda visit, _: read_from.global_in_cm(visit, "physician")),
    ("patient_global_activity", "Patient's or parent's global assessment, 0 to 10 cm", "cm",
     lambda visit, _: read_from.global_in_cm(visit, "patient")),
    ("extramuscular_global_activity", "Extramuscular global activity, 0 to 10 cm", "cm",
     lambda visit, _: read_from.plain(visit, "disease_activity", "extramuscular_global_activity")),
    ("chaq", "CHAQ index", "{score}", lambda visit, course: read_from.chaq(visit, course.rules[CHAQ.id])),
)  # fmt: skip

MEASURES: Mapping[str, Measure] = MappingProxyType(
    {measure.code: measure for measure in (*_of_person(), *_of_visits_and_rules())}
)
"""Every measure by its code."""
