"""At every visit each instrument that was recorded gives its total, with the records it was made from."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain import items
from registry.domain.course import Course, Participant, Visit, read
from registry.domain.derivations import instruments
from registry.domain.rulebook import RULEBOOK, of_study

TODAY = date(2026, 6, 1)
BEST = {item.field: item.maximum for item in items.CMAS_ITEMS}


def visit(forms, status="complete", visited_on="2026-05-04"):
    image = {"id": "v", "version": 3, "event": "week_0", "status": status, "forms": forms, "laboratory_results": []}
    return Visit(image | ({"visited_on": visited_on} if visited_on else {}))


def course(one, born=(2016, 3), rules=RULEBOOK):
    images = {
        "participant": {"id": "p", "version": 1, "birth_year": born[0], "birth_month": born[1]},
        "visits": [one.image],
        "doses": [],
        "concomitant_medications": [],
        "adverse_events": [],
    }
    return read(images, rules, TODAY)


def derived(forms, **more):
    one = visit(forms)
    return {each.result.rule.id: each for each in instruments.of_visit(course(one, **more), one)}


def test_a_visit_without_instruments_tells_only_that_cmas_and_mmt8_are_missing():
    found = derived({})
    assert set(found) == {"cmas", "mmt8"}
    assert found["cmas"].result.missing == ("cmas_total",)
    assert found["mmt8"].result.missing == ("mmt8_total",)


def test_an_instrument_with_one_item_says_what_is_missing():
    result = derived({"damage": {"mdi_ocular_severity": Decimal("1.5")}})["mdi-severity"].result
    assert (result.value, len(result.missing)) == (None, 10)


def test_every_instrument_gives_its_total():
    found = derived(
        {
            "muscle_strength": {**BEST, "mmt8_total": 78, "mmt8_maximum": 80, "mmt26_total": 250},
            "skin_disease": {
                "cdasi_activity_total": 12,
                "cdasi_damage_total": 2,
                "das_skin_total": 5,
                "das_muscle_total": 4,
                "nailfold_density": Decimal("5.1"),
            },
            "functioning": {"chaq_index": Decimal("0.875")},
            "disease_activity": {item.field: Decimal(1) for item in items.MDAAT_ORGANS},
            "damage": {"mdi_severity_total": Decimal("7.5")},
        }
    )
    assert {name: float(one.result.value) for name, one in found.items()} == {
        "cmas": 52, "mmt8": 78, "mmt26": 250, "cdasi-activity": 12, "cdasi-damage": 2, "das-skin": 5, "das-muscle": 4,
        "das": 9, "nailfold-density": 5.1, "chaq": 0.875, "myoact": 6, "mdi-severity": 7.5,
    }  # fmt: skip


def test_the_fields_that_were_used_are_named():
    found = derived({"muscle_strength": {"cmas_total": 47, "cmas_maximum": 52}})["cmas"]
    assert [(one.record, one.version, one.fields) for one in found.inputs] == [
        ("visit", 3, ("/forms/muscle_strength/cmas_total", "/forms/muscle_strength/cmas_maximum")),
        ("participant", 1, ("birth_year", "birth_month")),
    ]


@pytest.mark.parametrize(
    ("born", "told"), [((2022, 5), True), ((2022, 6), False), ((2021, 6), True), ((2021, 5), False)]
)
def test_the_note_on_healthy_children_is_told_from_48_to_59_months(born, told):
    found = derived({"muscle_strength": {"cmas_total": 46, "cmas_maximum": 52}}, born=born)["cmas"]
    assert (found.result.details.age_note is not None) is told


def test_a_draft_whose_total_contradicts_its_items_has_a_reason_and_no_total():
    one = visit({"muscle_strength": {**BEST, "cmas_total": 3}}, status="draft")
    result = next(each.result for each in instruments.of_visit(course(one), one) if each.result.rule.id == "cmas")
    assert (result.value, result.final) == (None, False)
    assert result.reason == "The CMAS total (cmas_total) must be the sum of its 14 items."


def test_a_draft_without_a_date_is_derived_too():
    one = visit({"muscle_strength": {"cmas_total": 46, "cmas_maximum": 52}}, status="draft", visited_on=None)
    participant = Participant({"id": "p", "version": 1, "birth_year": 2022, "birth_month": 3})
    own = Course(participant, (one,), (), (), (), RULEBOOK, TODAY)
    result = next(each.result for each in instruments.of_visit(own, one) if each.result.rule.id == "cmas")
    assert (result.value, result.details.age_note) == (46, None)


def test_a_studys_own_constants_hold():
    rules = of_study({"chaq": {"minimum_domains": 8}})
    six = {item.field: 1 for item in items.CHAQ_DOMAINS[:6]}
    assert derived({"functioning": six}, rules=rules)["chaq"].result.value is None
    assert derived({"functioning": six})["chaq"].result.value == 1


ANY_FIELDS = {(one.form, name) for one in instruments.INSTRUMENTS for name in (*one.fields, *one.beside)} | {
    ("muscle_strength", name) for name in (*items.fields(items.MMT8_ITEMS), "mmt8_total", "cmas_total", "cmas_pick_up")
}
SCALES = st.fixed_dictionaries(
    {},
    optional={
        "mmt8_maximum": st.sampled_from((80, 150)),
        "mmt8_side": st.sampled_from(items.SIDES),
        "cmas_maximum": st.sampled_from((52, 49)),
        "missing": st.just({"chaq_grip": "not_done"}),
    },
)


@given(
    st.dictionaries(st.sampled_from(sorted(ANY_FIELDS)), st.sampled_from((0, 1, 2, Decimal("2.5"), True, False))),
    SCALES,
)
@settings(max_examples=35, deadline=None)
def test_whatever_a_draft_holds_each_instrument_has_a_total_or_a_reason(values, scales):
    forms = {"muscle_strength": dict(scales), "functioning": dict(scales)}
    for (form, name), value in values.items():
        forms.setdefault(form, {})[name] = value
    for one in derived(forms).values():
        assert (one.result.value is None) == bool(one.result.reason) or not one.result.final
