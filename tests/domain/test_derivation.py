"""Rules in groups: what each group gives, what a failure costs, and what a study's own constants leave behind."""

from datetime import date
from decimal import Decimal
from types import MappingProxyType

import pytest

from registry.domain import course, derivation
from registry.domain.course import Course, Visit
from registry.domain.derivation import FAILED, OF_PARTICIPANT, OF_VISIT, GroupOfVisit
from registry.domain.rulebook import RULEBOOK, WATCHING, of_study

PARTICIPANT = {"id": "p", "version": 1, "birth_year": 2014, "birth_month": 5, "sex_at_birth": "female"}
VISIT = {
    "id": "v",
    "version": 3,
    "event": "week_0",
    "visited_on": "2026-01-10",
    "status": "complete",
    "forms": {"vital_signs": {"height": Decimal(140), "weight": Decimal(35)}},
    "laboratory_results": [{"analyte": "CREAT", "value": Decimal("0.5"), "unit": "mg/dL"}],
}


def read(**own):
    images = {
        "participant": PARTICIPANT,
        "study": {"id": "s", "version": 7},
        "visits": [VISIT],
        "doses": [],
        "concomitant_medications": [],
        "adverse_events": [],
    }
    return course.read(images, of_study(own), date(2026, 2, 1))


def test_every_rule_of_the_rulebook_stands_in_one_group_of_visits_or_of_participants():
    of_visits = [rule for group in OF_VISIT for rule in group.rules]
    of_participants = [rule for group in OF_PARTICIPANT for rule in group.rules]
    assert len(set(of_visits)) == len(of_visits)
    assert {*of_visits, *of_participants, *WATCHING} == RULEBOOK.keys()
    assert not {*of_visits, *of_participants} & WATCHING


def test_a_group_gives_only_values_of_its_own_rules():
    found = read()
    for group in OF_VISIT:
        assert {one.result.rule.id for one in group.derive(found, found.visits[0])} <= set(group.rules)
    for group in OF_PARTICIPANT:
        assert {one.result.rule.id for one in group.derive(found)} <= set(group.rules)


def failing(_: Course, __: Visit):
    raise ZeroDivisionError
    yield


def test_a_group_that_fails_costs_its_own_values_and_says_so(monkeypatch: pytest.MonkeyPatch):
    found, told = read(), []
    whole = {one.result.rule.id for one in derivation.of_visit(found, found.visits[0])}
    broken = tuple(GroupOfVisit(failing, one.rules) if "egfr" in one.rules else one for one in OF_VISIT)
    monkeypatch.setattr(derivation, "OF_VISIT", broken)
    derived = derivation.of_visit(found, found.visits[0], lambda rule, error: told.append((rule, type(error))))
    by_rule = {one.result.rule.id: one.result for one in derived}
    assert told == [("body-mass-index", ZeroDivisionError)]
    assert by_rule.keys() >= whole
    assert (by_rule["egfr"].value, by_rule["egfr"].final, by_rule["egfr"].reason) == (None, False, FAILED)
    with pytest.raises(ZeroDivisionError):
        derivation.of_visit(found, found.visits[0])


def test_only_the_groups_of_the_rules_asked_for_are_derived():
    found = read()
    derived = derivation.of_visit(found, found.visits[0], only=("egfr",))
    assert {one.result.rule.id for one in derived} == {
        "egfr", "body-mass-index", "body-surface-area", "height-z-score", "bmi-z-score"
    }  # fmt: skip


def test_a_value_made_with_the_studys_own_constants_names_them_and_the_study():
    found = read(egfr={"k": Decimal("0.5")})
    by_rule = {one.result.rule.id: one for one in derivation.of_visit(found, found.visits[0])}
    egfr = by_rule["egfr"]
    assert (egfr.result.value, egfr.result.rule.overridden) == (Decimal("140.0"), ("k",))
    assert [(one.record, one.id, one.version, one.fields) for one in egfr.inputs][-1] == (
        "study", "s", 7, ("/rule_constants",)
    )  # fmt: skip
    assert all(one.record != "study" for one in by_rule["body-mass-index"].inputs)


def test_a_rule_names_the_studys_constants_of_the_rules_beneath_it():
    rules = of_study({"egfr": {"k": Decimal("0.5")}})
    assert rules["dose-band"].overridden == ("egfr.k",)
    assert isinstance(rules, MappingProxyType)


def test_of_several_results_the_last_collected_counts():
    def counting(*results):
        return Visit({**VISIT, "laboratory_results": list(results)}).counting("CK")

    early = {"analyte": "CK", "value": 1, "collected_at": "2026-01-10T08:00:00+00:00"}
    late = {"analyte": "CK", "value": 2, "collected_at": "2026-01-10T10:00:00+01:00"}
    later = {"analyte": "CK", "value": 3, "collected_at": "2026-01-10T12:00:00Z"}
    untimed, last = {"analyte": "CK", "value": 4}, {"analyte": "CK", "value": 5}
    assert counting(later, early, late) == later
    assert counting(late, untimed) == late, "one with a time counts before one without"
    assert counting(untimed, last) == last
    assert counting({"analyte": "CK", "missing_reason": "not_done"}) is None
    assert counting() is None
