"""Interferon scores, ratios and positivity: by definition, at each boundary, and with genes missing or censored."""

from dataclasses import replace
from decimal import Decimal
from statistics import geometric_mean, median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.analytes import GENES
from registry.domain.interferon import (
    INTERFERON_28_GEOMEAN,
    INTERFERON_28_STANDARDISED,
    SIX_GENES,
    score_6,
    score_28_geomean,
    score_28_standardised,
)
from registry.domain.interferon_course import Biomarker, interferon_positivity, interferon_ratio
from registry.domain.interferon_sample import GeneExpression, Sample
from registry.domain.rules import ConstantRefused, overriding


def sample(values, genes=SIX_GENES, **said):
    """A sample of the genes in order; a value such as `<2` is censored."""
    made = []
    for gene, value in zip(genes, values, strict=False):
        text = str(value)
        comparator = text[0] if text[0] in "<>" else None
        number = Decimal(text.lstrip("<>"))
        made.append(GeneExpression(gene=gene, value=number, comparator=comparator))
    return Sample(genes=made, **said)


def controlled(values, mean=100, deviation=50):
    genes = sample(values, GENES).genes
    known = {"reference_mean": Decimal(mean), "reference_sd": Decimal(deviation)}
    return Sample(genes=[replace(one, **known) for one in genes])


def test_the_6_gene_score_is_the_median_of_six_fold_changes():
    result = score_6(sample([10, 1, 3, 2, 8, 5]))
    assert (result.value, result.category, result.final) == (Decimal(4), "positive", True)
    assert (result.details.genes, result.details.threshold_of) == (6, "rule")


@pytest.mark.parametrize(("value", "expected"), [("2.466", "negative"), ("2.467", "positive")])
def test_a_6_gene_score_is_positive_above_2_466(value, expected):
    assert score_6(sample([value] * 6)).category == expected


def test_the_threshold_of_the_laboratory_comes_before_that_of_the_rule():
    result = score_6(sample([3] * 6, threshold=Decimal(3)))
    assert (result.category, result.details.threshold_of) == ("negative", "laboratory")


def test_a_missing_gene_gives_no_score_and_is_named():
    result = score_6(sample([1, 2, 3, 4, 5]))
    assert (result.value, result.category, result.missing) == (None, None, ("genes/SIGLEC1",))
    assert score_28_geomean(sample([1] * 6)).value is None


@pytest.mark.parametrize(
    ("values", "value", "sign"),
    [
        (["<1", 1, 2, 3, 4, 5], "2.5", "positive"),
        ([1, 2, 3, 4, 5, ">40"], "3.5", "positive"),
        (["<9", 1, 2, 2, 4, 5], None, None),
        (["<9", 1, 2, 3, 4, 5], None, "positive"),
        (["<2", "<2", "<2", "<2", 1, 1], None, "negative"),
        ([">9", ">9", ">9", ">9", 1, 1], None, "positive"),
        ([">1", ">1", ">1", ">1", 1, 1], None, None),
    ],
)
def test_censored_genes_give_a_6_gene_score_only_where_the_median_is_decided(values, value, sign):
    result = score_6(sample(values))
    assert (result.value, result.category) == (None if value is None else Decimal(value), sign)
    assert result.final == (value is not None)


def test_the_bounds_of_an_undecided_median_are_told():
    details = score_6(sample(["<9", 1, 2, 3, 4, 5])).details
    assert (details.at_least, details.at_most) == (Decimal("2.5"), Decimal("3.5"))
    unbounded = score_6(sample([">9", ">9", ">9", ">9", 1, 1])).details
    assert (unbounded.at_least, unbounded.at_most) == (Decimal(9), None)


def test_the_ratio_to_the_score_at_baseline_is_told():
    details = score_6(sample([3] * 6, baseline_score=Decimal(9))).details
    assert details.ratio_to_baseline == Decimal("0.333333333333")


def test_the_standardised_score_is_the_sum_of_28_z_scores():
    result = score_28_standardised(controlled([200] * 14 + [0] * 14))
    assert (result.value, result.category, result.rule.certainty) == (Decimal(0), None, 88)
    assert score_28_standardised(controlled([150] * 28)).value == 28
    thirds = controlled([101] * 28, deviation=3)
    assert score_28_standardised(thirds).value == Decimal("9.33333333333")


def test_the_standardised_score_names_the_controls_that_are_missing():
    given_sample = controlled([150] * 28)
    bare = replace(given_sample.genes[0], reference_sd=None)
    result = score_28_standardised(Sample(genes=[bare, *given_sample.genes[1:]]))
    assert (result.value, result.missing) == (None, ("genes/CXCL10/reference_sd",))


def test_the_geometric_mean_is_of_the_28_expressions():
    assert score_28_geomean(sample([300] * 28, GENES)).value == 300
    assert score_28_geomean(sample([1, 4] * 14, GENES)).value == 2


def test_a_28_gene_score_is_positive_only_by_the_threshold_of_the_laboratory():
    assert score_28_geomean(sample([300] * 28, GENES)).category is None
    assert score_28_geomean(sample([300] * 28, GENES, threshold=Decimal(299))).category == "positive"
    assert score_28_geomean(sample([300] * 28, GENES, threshold=Decimal(300))).category == "negative"


@pytest.mark.parametrize("score", [score_28_geomean, score_28_standardised])
def test_a_censored_gene_gives_no_28_gene_score(score):
    genes = controlled([300] * 28).genes
    censored = Sample(genes=[replace(genes[0], comparator="<"), *genes[1:]])
    assert (score(censored).value, score(censored).final) == (None, False)


def test_repeats_are_averaged_and_a_censored_one_has_no_average():
    repeats = sample([1, 2, 3, 4, 5, 6]).genes + sample([3, 2, 3, 4, 5, 6]).genes
    assert score_6(Sample(genes=repeats)).value == Decimal("3.5")
    result = score_6(Sample(genes=[*sample([9] * 6).genes, *sample(["<1"]).genes], result_number=4))
    assert (result.value, result.category, result.final) == (None, None, False)
    assert (result.details.result_number, result.details.genes) == (4, 6)
    assert "IFI27" in result.reason


def test_repeats_have_the_controls_that_they_name_alike():
    genes = controlled([150] * 28).genes
    assert score_28_standardised(Sample(genes=[*genes, genes[0]])).value == 28
    other = replace(genes[0], reference_sd=Decimal(49))
    assert score_28_standardised(Sample(genes=[*genes, other])).missing == ("genes/CXCL10/reference_sd",)


def test_a_study_leaves_a_gene_out_of_its_panel():
    without = sample([300] * 27, GENES[1:])
    assert score_28_geomean(without).missing == ("genes/CXCL10",)
    result = score_28_geomean(without, overriding(INTERFERON_28_GEOMEAN, {"genes": {"CXCL10": 0}}))
    assert (result.value, result.details.genes) == (300, 27)
    twenty_seven = overriding(INTERFERON_28_STANDARDISED, {"genes": {"CXCL10": 0}})
    assert score_28_standardised(controlled([150] * 28), twenty_seven).value == 27
    few = score_28_geomean(sample([1], GENES[1:]), overriding(INTERFERON_28_GEOMEAN, {"genes": {"CXCL10": 0}}))
    assert "genes/CXCL10" not in few.missing
    assert few.reason.startswith("The 27-gene")


@pytest.mark.parametrize("genes", [dict.fromkeys(GENES, 0), {"CXCL10": 2}, {"CXCL10": -1}, {"MX2": 1}])
def test_a_panel_is_of_the_28_genes_and_not_empty(genes):
    with pytest.raises(ConstantRefused):
        overriding(INTERFERON_28_GEOMEAN, {"genes": genes})


def test_a_score_that_is_too_large_to_be_right_is_none():
    genes = controlled([10**11] * 28, deviation="0.000001").genes
    result = score_28_standardised(Sample(genes=genes))
    assert (result.value, result.final) == (None, False)
    assert "too large" in result.reason


def test_a_score_has_12_significant_digits():
    genes = sample([1, 1, 1, 1, 1, 1]).genes + sample([1, 1, 1, 1, 1, 1]).genes + sample([2, 2, 2, 2, 2, 2]).genes
    assert score_6(Sample(genes=genes)).value == Decimal("1.33333333333")


def test_nothing_has_no_geometric_mean():
    result = score_28_geomean(sample([0] + [300] * 27, GENES))
    assert (result.value, result.reason) == (None, "A geometric mean needs expressions above zero.")


FOLDS = st.lists(st.decimals("0.001", 1000, places=3), min_size=6, max_size=6)


@settings(max_examples=35)
@given(FOLDS, st.randoms(use_true_random=False))
def test_the_6_gene_score_is_the_median_in_any_order(values, rng):
    shuffled = sample(values).genes
    rng.shuffle(shuffled)
    assert score_6(Sample(genes=shuffled)).value == median(values)


@settings(max_examples=50)
@given(st.lists(st.decimals("0.1", 100000, places=1), min_size=28, max_size=28))
def test_the_geometric_mean_agrees_with_that_of_binary_numbers(values):
    score = score_28_geomean(sample(values, GENES)).value
    assert float(score) == pytest.approx(geometric_mean(map(float, values)), rel=1e-9)


# --- ratio to baseline and positivity -------------------------------------------------------------------------------------

CXCL10 = Biomarker(analyte="CXCL10", value=Decimal(250), unit="pg/mL", assay="Luminex", specimen="serum")


def test_a_ratio_is_of_one_biomarker_to_its_baseline():
    result = interferon_ratio(CXCL10, replace(CXCL10, value=Decimal(1000)))
    assert (result.value, result.subject, result.details.unit) == (Decimal("0.25"), "CXCL10", "pg/mL")


def test_a_ratio_converts_within_a_family_of_units():
    assert interferon_ratio(CXCL10, replace(CXCL10, value=Decimal("0.5"), unit="ng/mL")).value == Decimal("0.5")


@pytest.mark.parametrize("said", [{"assay": "ELISA"}, {"assay": None}, {"specimen": "dried_blood_spot"}])
def test_there_is_no_ratio_between_what_was_measured_differently(said):
    result = interferon_ratio(CXCL10, replace(CXCL10, **said))
    assert (result.value, result.final) == (None, False)


def test_there_is_no_ratio_between_families_of_units():
    bound = Biomarker(analyte="SIGLEC1", value=Decimal(5272), unit="{mAb}/{cell}")
    assert interferon_ratio(bound, replace(bound, unit="{MFI}")).value is None


def test_a_ratio_that_is_too_large_to_be_right_is_none():
    result = interferon_ratio(replace(CXCL10, value=Decimal(10) ** 9), replace(CXCL10, value=Decimal("0.001")))
    assert (result.value, result.final) == (None, False)


def test_what_cannot_be_compared_tells_its_place():
    result = interferon_ratio(replace(CXCL10, result_number=3), replace(CXCL10, assay="ELISA"))
    assert result.details.result_number == 3


def test_there_is_no_ratio_without_a_baseline():
    assert interferon_ratio(CXCL10, None).missing == ("baseline",)


@pytest.mark.parametrize(
    ("now", "baseline", "bound"),
    [("<", None, "<"), (">", None, ">"), (None, "<", ">"), (None, ">", "<"), ("<", ">", "<"), (">", "<", ">"),
     ("<", "<", None), (">", ">", None)],
)  # fmt: skip
def test_censored_values_give_a_bound_in_place_of_a_ratio(now, baseline, bound):
    result = interferon_ratio(
        replace(CXCL10, comparator=now), replace(CXCL10, value=Decimal(1000), comparator=baseline)
    )
    assert (result.value, result.details.bound_comparator) == (None, bound)
    assert result.details.bound == (None if bound is None else Decimal("0.25"))


@pytest.mark.parametrize(("now", "baseline"), [(1, 0), (1, -2), (-1, 2)])
def test_there_is_no_ratio_to_nothing_or_of_negative_scores(now, baseline):
    z = Biomarker(analyte="IFN28Z", value=Decimal(now), unit="{score}")
    assert interferon_ratio(z, replace(z, value=Decimal(baseline))).value is None


@pytest.mark.parametrize(
    ("value", "comparator", "expected"),
    [
        (805, None, "negative"),
        (806, None, "positive"),
        (805, "<", "negative"),
        (806, "<", None),
        (805, ">", "positive"),
        (804, ">", None),
    ],
)
def test_a_biomarker_is_positive_above_the_threshold_of_its_laboratory(value, comparator, expected):
    now = replace(CXCL10, value=Decimal(value), comparator=comparator, upper_limit=Decimal(805))
    assert interferon_positivity(now).category == expected


def test_without_a_threshold_nothing_is_positive():
    assert interferon_positivity(CXCL10).missing == ("upper_limit",)
