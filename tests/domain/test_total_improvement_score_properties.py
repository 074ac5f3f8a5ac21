"""Whatever was measured, the Total Improvement Score stays in its range, follows improvement and ignores units."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.total_improvement_score import total_improvement_score
from tests.domain.response_bodies import imacs


def visits_of(strength_maximum=80):
    vas = st.decimals(0, 10, places=1)
    return st.builds(
        imacs,
        vas,
        vas,
        st.integers(0, strength_maximum),
        st.decimals(0, 3, places=3),
        st.integers(0, 20000),
        vas,
    )


@given(visits_of(), visits_of(), st.sampled_from(["juvenile", "adult"]))
@settings(max_examples=40)
def test_a_score_lies_from_0_to_100(before, after, population):
    result = total_improvement_score(before, after, population=population)
    assert 0 <= result.value <= 100
    assert result.final


@given(visits_of(), visits_of(), st.sampled_from(["physician_global_activity", "patient_global_activity",
       "extramuscular_global_activity", "mmt_total"]), st.decimals(0, 10, places=1))  # fmt: skip
@settings(max_examples=50)
def test_more_improvement_of_a_measure_never_scores_less(before, after, field, better):
    value = getattr(after, field)
    healthier = min(Decimal(80), value + better) if field == "mmt_total" else max(Decimal(0), value - better)
    improved = replace(after, **{field: healthier})
    assert total_improvement_score(before, improved).value >= total_improvement_score(before, after).value


def in_microkatal(visit):
    enzymes = [replace(one, unit="ukat/L", value=one.value, upper_limit=one.upper_limit) for one in visit.enzymes]
    return replace(visit, enzymes=tuple(enzymes))


def in_units(visit):
    enzymes = [replace(one, unit="U/L", value=60 * one.value, upper_limit=60 * one.upper_limit)
               for one in visit.enzymes]  # fmt: skip
    return replace(visit, enzymes=tuple(enzymes))


@given(visits_of(), visits_of())
@settings(max_examples=40)
def test_the_score_does_not_depend_on_the_unit_of_the_enzyme(before, after):
    microkatal, units = map(in_microkatal, (before, after)), map(in_units, (before, after))
    (katal_before, katal_after), (unit_before, unit_after) = microkatal, units
    reference = total_improvement_score(unit_before, unit_after)
    for pair in ((katal_before, katal_after), (katal_before, unit_after), (unit_before, katal_after)):
        result = total_improvement_score(*pair)
        assert result.value == reference.value
        assert result.details == reference.details
