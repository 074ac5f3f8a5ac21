"""Conditions of a protocol: three-valued, exact, and read from what is recorded up to the day."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.conditions import Between, Fact, Members, evaluate, measures_of
from registry.domain.eligibility import counts_as_eligible, find, outcome_of
from registry.domain.eligibility_measures import MEASURES, Facts
from tests.domain import treatment_course as kept

DAY = date(2026, 3, 10)
TRUE = {"measure": "yes", "equals": "a"}
FALSE = {"measure": "no", "equals": "a"}
UNKNOWN = {"measure": "nothing", "equals": "a"}
PLAIN = {"yes": Fact("a"), "no": Fact("b")}


def fact(measure, *, day=DAY, **course):
    return Facts(kept.course(**course), day).get(measure)


def holds(measure, comparison, *, day=DAY, within=None, **course):
    condition = {"measure": measure, **comparison} | ({} if within is None else {"within_days": within})
    return evaluate(condition, Facts(kept.course(**course), day))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"all": [TRUE, TRUE]}, True),
        ({"all": [TRUE, UNKNOWN]}, None),
        ({"all": [FALSE, UNKNOWN]}, False),
        ({"any": [TRUE, UNKNOWN]}, True),
        ({"any": [FALSE, UNKNOWN]}, None),
        ({"any": [FALSE, FALSE]}, False),
        ({"not": TRUE}, False),
        ({"not": UNKNOWN}, None),
        ({"not": {"any": [FALSE, {"all": [TRUE, FALSE]}]}}, True),
    ],
)
def test_what_is_not_known_stays_so_unless_the_others_decide(condition, expected):
    assert evaluate(condition, PLAIN) is expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (5, 5, {"at_least": True, "above": False, "at_most": True, "below": False, "equals": True}),
        (4, 4, {"at_least": False, "above": False, "at_most": True, "below": True, "equals": False}),
        (4, 6, {"at_least": None, "above": None, "at_most": None, "below": None, "equals": None}),
        (5, 6, {"at_least": True, "above": None, "at_most": None, "below": False, "equals": None}),
        (None, 4, {"at_least": False, "above": False, "at_most": True, "below": True, "equals": False}),
        (6, None, {"at_least": True, "above": True, "at_most": False, "below": False, "equals": False}),
        (None, None, {"at_least": None, "above": None, "at_most": None, "below": None, "equals": None}),
    ],
)
def test_a_number_known_as_a_range_is_compared_only_where_both_ends_agree(low, high, expected):
    number = Between(None if low is None else Decimal(low), None if high is None else Decimal(high))
    for comparison, result in expected.items():
        assert evaluate({"measure": "m", comparison: 5}, {"m": Fact(number)}) is result, comparison


numbers = st.decimals(min_value=-50, max_value=50, places=1)


@settings(max_examples=35)
@given(st.tuples(numbers, numbers), numbers, numbers)
def test_a_range_decides_as_every_number_in_it_does(ends, wanted, inside):
    low, high = sorted(ends)
    number = min(max(inside, low), high)
    for comparison in ("at_least", "above", "at_most", "below", "equals"):
        condition = {"measure": "m", comparison: wanted}
        by_range = evaluate(condition, {"m": Fact(Between(low, high))})
        by_number = evaluate(condition, {"m": Fact(Between.exactly(number))})
        assert by_range is None or by_range is by_number


def test_a_set_contains_what_is_in_it_and_lacks_only_what_is_known_to_be_absent():
    asked = {"measure": "m", "contains_any": ["x", "y"]}
    assert evaluate(asked, {"m": Fact(Members(frozenset({"y"})))}) is True
    assert evaluate(asked, {"m": Fact(Members(frozenset({"z"})))}) is None
    assert evaluate(asked, {"m": Fact(Members(frozenset(), frozenset({"x"})))}) is None
    assert evaluate(asked, {"m": Fact(Members(frozenset(), frozenset({"x", "y"})))}) is False
    assert evaluate(asked, {"m": Fact(Members(frozenset({"z"}), whole=True))}) is False


def test_the_measures_of_a_condition_are_told_in_its_order():
    condition = {"all": [{"measure": "b"}, {"not": {"any": [{"measure": "a"}, {"measure": "c"}]}}]}
    assert list(measures_of(condition)) == ["b", "a", "c"]


# --- measures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "low", "high"),
    [
        (date(2026, 4, 30), 9, 9),
        (date(2026, 5, 1), 9, 10),
        (date(2026, 5, 30), 9, 10),
        (date(2026, 5, 31), 10, 10),
        (date(2026, 6, 1), 10, 10),
    ],
)
def test_the_age_is_known_but_for_the_month_of_birth(day, low, high):
    assert fact("age", day=day).value == Between(Decimal(low), Decimal(high))


def test_a_day_before_birth_has_no_age():
    assert fact("age", day=date(2016, 4, 30)).value is None


def test_months_since_the_diagnosis_are_as_certain_as_its_date():
    exact = fact("months_since_diagnosis", diagnosed_on="2025-12-10").value
    assert exact == Between.exactly(3)
    assert fact("months_since_diagnosis", diagnosed_on="2025-12").value == Between(Decimal(2), Decimal(3))
    assert fact("months_since_diagnosis", diagnosed_on="2026-03").value == Between(Decimal(0), Decimal(0))
    assert fact("months_since_diagnosis", diagnosed_on="2027").value is None
    assert fact("months_since_diagnosis").value is None


def test_what_is_not_recorded_is_not_known():
    for measure in MEASURES.values():
        found = fact(measure.code, sex_at_birth="unknown")
        assert found.value is None or measure.code == "age", measure.code


def test_the_last_visit_with_the_value_decides_and_none_after_the_day():
    visits = [
        kept.visit("2026-01-10", weight=20),
        kept.visit("2026-02-10", weight=21),
        kept.visit("2026-03-09", height=120),
        kept.visit("2026-03-11", weight=30),
    ]
    found = fact("weight", visits=visits)
    assert (found.value, found.days_old) == (Between.exactly(21), 28)
    assert found.inputs[0].id == visits[1]["id"]
    assert holds("weight", {"at_least": 20}, within=28, visits=visits) is True
    assert holds("weight", {"at_least": 20}, within=27, visits=visits) is None


def test_a_draft_tells_nothing():
    draft = kept.visit("2026-02-10", weight=21) | {"status": "draft"}
    assert fact("weight", visits=[draft]).value is None


def test_a_value_on_another_scale_is_not_known_whatever_was_before():
    def globally(on, scale):
        form = {"physician_global_activity": Decimal(4), "physician_global_scale": scale}
        return kept.visit(on) | {"forms": {"disease_activity": form}}

    visits = [globally("2026-01-10", "vas"), globally("2026-02-10", "likert")]
    assert fact("physician_global_activity", visits=visits).value is None
    assert fact("physician_global_activity", visits=visits[:1]).value == Between.exactly(4)


def result(analyte, value, unit, **more):
    return {"analyte": analyte, "value": Decimal(str(value)), "unit": unit, **more}


def test_results_are_compared_in_the_standard_unit():
    visits = [kept.visit("2026-02-10", results=[result("NEUT", 1400, "/uL"), result("HGB", "10.5", "g/dL")])]
    assert fact("neut", visits=visits).value == Between.exactly(Decimal("1.4"))
    assert fact("hgb", visits=visits).value == Between.exactly(105)
    assert holds("neut", {"below": Decimal("1.5")}, visits=visits) is True


def test_a_censored_result_is_a_bound_and_one_in_a_unit_that_does_not_convert_is_not_known():
    low = [kept.visit("2026-02-10", results=[result("CXCL10", 15, "pg/mL", comparator="<")])]
    assert fact("cxcl10", visits=low).value == Between(None, Decimal(15))
    assert holds("cxcl10", {"at_most": 20}, visits=low) is True
    assert holds("cxcl10", {"at_most": 10}, visits=low) is None
    other = [kept.visit("2026-02-10", results=[result("SIGLEC1", 15, "{MFI}")])]
    assert fact("siglec1", visits=other).value is None


def test_a_multiple_needs_the_upper_limit_of_its_result():
    def alt(**more):
        return [kept.visit("2026-02-10", results=[result("ALT", 90, "U/L", **more)])]

    assert fact("alt_multiple", visits=alt(upper_limit=Decimal(30))).value == Between.exactly(3)
    assert fact("alt_multiple", visits=alt()).value is None


def test_a_finding_counts_where_all_of_the_visit_agree():
    def findings(*found):
        return [kept.visit("2026-02-10", results=[{"analyte": "HBSAG", "finding": one} for one in found])]

    assert holds("hbsag_finding", {"equals": "negative"}, visits=findings("negative", "negative")) is True
    assert holds("hbsag_finding", {"equals": "negative"}, visits=findings("negative", "positive")) is None


def test_kidney_function_is_derived_where_it_can_be_and_else_as_reported():
    egfr = result("EGFR", 60, "mL/min/{1.73_m2}")
    derived = [kept.visit("2026-02-10", results=[result("CREAT", "0.5", "mg/dL"), egfr], height=120)]
    assert fact("egfr", visits=derived).value == Between.exactly(Decimal("99.1"))
    reported = [kept.visit("2026-02-10", results=[egfr])]
    assert fact("egfr", visits=reported).value == Between.exactly(60)


def test_treatments_before_are_those_listed_and_those_begun_before_the_day():
    given = [
        kept.glucocorticoid(started_on="2026-03"),
        kept.glucocorticoid(medication="methotrexate", started_on="2026-01"),
    ]
    asked = {"contains_any": ["prednisolone"]}
    assert holds("prior_treatments", {"contains_any": ["methotrexate"]}, medications=given) is True
    assert holds("prior_treatments", asked, medications=given) is None
    assert holds("prior_treatments", asked, medications=given, prior_treatments=["rituximab"]) is False
    assert holds("prior_treatments", asked, medications=[kept.glucocorticoid(started_on="2026-02")]) is True


def test_a_jak_inhibitor_before_is_one_that_began_before_the_day():
    asked = {"contains_any": ["baricitinib"]}
    assert holds("prior_jak_inhibitors", asked, doses=[kept.dose("2026-03-09")]) is True
    assert holds("prior_jak_inhibitors", asked, doses=[kept.dose("2026-03-10")]) is None


def test_an_autoantibody_is_absent_only_where_its_tests_say_so():
    tests = [
        {"antibody": "mda5", "finding": "negative"},
        {"antibody": "nxp2", "finding": "positive"},
        {"antibody": "nxp2", "finding": "negative"},
        {"antibody": "jo_1", "finding": "positive", "tested_on": "2026-04"},
    ]
    assert holds("autoantibodies", {"contains_any": ["nxp2"]}, autoantibodies=tests) is True
    assert holds("autoantibodies", {"contains_any": ["mda5"]}, autoantibodies=tests) is False
    assert holds("autoantibodies", {"contains_any": ["mda5", "sae"]}, autoantibodies=tests) is None
    assert holds("autoantibodies", {"contains_any": ["jo_1"]}, autoantibodies=tests) is None


def test_days_since_a_live_vaccine_are_those_since_the_last():
    def vaccines(*days):
        return [kept.glucocorticoid(medication="live_vaccine", started_on=day) for day in days]

    assert fact("days_since_live_vaccine", medications=vaccines("2025-03-10", "2026-03-01")).value == Between.exactly(9)
    assert fact("days_since_live_vaccine", medications=vaccines("2026-02")).value == Between(Decimal(10), Decimal(37))
    assert fact("days_since_live_vaccine", medications=vaccines("2026-03-01", None)).value is None


def test_a_category_of_a_rule_counts_once_nothing_missing_can_change_it():
    assert fact("high_risk", visits=[kept.visit("2026-02-10")]).value is None
    ill = kept.visit("2026-02-10") | {"forms": {"organ_involvement": {"intensive_care": True}}}
    assert fact("high_risk", visits=[ill]).value == "high_risk"


# --- criteria -----------------------------------------------------------------------------------------------------

OLD_ENOUGH = {"code": "age", "kind": "inclusion", "text": "-", "condition": {"measure": "age", "at_least": 2}}
LIGHT = {"code": "light", "kind": "exclusion", "text": "-", "condition": {"measure": "weight", "below": 10}}


def test_a_participant_passes_an_inclusion_that_is_met_and_an_exclusion_that_is_not():
    facts = Facts(kept.course(visits=[kept.visit("2026-02-10", weight=9)]), DAY)
    old, light = find(OLD_ENOUGH, facts, None, None)[0], find(LIGHT, facts, None, "Small for its age")[0]
    assert (old.met, old.passes, old.basis) == (True, True, "recorded")
    assert (light.met, light.passes, light.basis) == (True, False, "recorded")
    assert outcome_of([old, light]) == "not_eligible"
    assert counts_as_eligible([old, light])
    assert not counts_as_eligible([old, find(LIGHT, facts, None, None)[0]])


def test_an_attestation_counts_where_the_records_do_not_decide_and_contradicts_where_they_do():
    facts = Facts(kept.course(), DAY)
    attested, contradicted = find(LIGHT, facts, False, None)
    assert (attested.passes, attested.basis, contradicted) == (True, "attested", False)
    recorded, contradicted = find(OLD_ENOUGH, facts, False, None)
    assert (recorded.met, contradicted) == (True, True)
    unknown, _ = find(LIGHT, facts, None, None)
    assert (unknown.passes, unknown.basis) == (None, None)
    assert outcome_of([recorded, unknown]) == "undetermined"
