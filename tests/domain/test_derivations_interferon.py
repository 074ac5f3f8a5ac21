"""What the interferon results of a visit say: ratios to the baseline, positivity, and scores made of transcripts."""

from decimal import Decimal

import pytest

from registry.domain.analytes import GENES
from registry.domain.interferon import SIX_GENES
from tests.domain.laboratory_course import derived_at_last, keys, lab, told, visit


def test_an_interferon_biomarker_has_a_ratio_and_a_sign():
    start = visit("2026-01-01", lab("CXCL10", 1000, assay="Luminex"), event="week_0")
    derived = derived_at_last(start, visit("2026-02-01", lab("CXCL10", 250, assay="Luminex", upper_limit=805)))
    assert told(derived, "interferon-ratio") == [(Decimal("0.25"), None)]
    assert told(derived, "interferon-positivity") == [(None, "negative")]


def test_another_assay_is_no_baseline():
    start = visit("2026-01-01", lab("CXCL10", 1000, assay="ELISA"), event="week_0")
    derived = derived_at_last(start, visit("2026-02-01", lab("CXCL10", 250, assay="Luminex")))
    assert told(derived, "interferon-ratio") == [(None, None)]


def test_an_interferon_biomarker_at_the_baseline_has_no_ratio():
    start = visit("2026-01-01", lab("CXCL10", 1000, assay="Luminex"), event="week_0")
    assert told(derived_at_last(start), "interferon-ratio") == [(None, None)]


def test_of_results_by_two_assays_each_is_compared_with_its_own():
    results = lab("CXCL10", 1000, assay="Luminex"), lab("CXCL10", 500, assay="ELISA")
    start = visit("2026-01-01", *results, event="week_0")
    derived = derived_at_last(start, visit("2026-02-01", lab("CXCL10", 250, assay="Luminex")))
    assert told(derived, "interferon-ratio") == [(Decimal("0.25"), None)]


def six(value, *others, **said):
    return [lab(f"RNA_{gene}", value, "{fold}", **said) for gene in SIX_GENES] + list(others)


def test_a_score_made_of_transcripts_has_its_ratio_to_the_score_at_baseline():
    start = visit("2026-01-01", *six(8, assay="qPCR"), event="week_0")
    now = visit("2026-02-01", *six(2, assay="qPCR"))
    derived = derived_at_last(start, now)
    assert told(derived, "interferon-ratio", "IFN6_SCORE") == [(Decimal("0.25"), None)]
    (ratio,) = [one for one in derived if one.result.subject == "IFN6_SCORE"]
    assert {one.id for one in ratio.inputs} == {start["id"], now["id"]}
    assert told(derived_at_last(start), "interferon-ratio", "IFN6_SCORE") == [(None, None)]
    other = visit("2026-02-01", *six(2, assay="another"))
    assert told(derived_at_last(start, other), "interferon-ratio", "IFN6_SCORE") == [(None, None)]


def test_the_last_collected_sample_at_the_baseline_is_compared_with():
    early, late = (f"2026-01-01T{hour}:00:00+00:00" for hour in ("08", "16"))
    start = visit("2026-01-01", *six(4, collected_at=late), *six(8, collected_at=early), event="week_0")
    derived = derived_at_last(start, visit("2026-02-01", *six(2)))
    assert told(derived, "interferon-ratio", "IFN6_SCORE") == [(Decimal("0.5"), None)]


def test_both_28_gene_scores_have_their_ratio():
    controls = {"reference_mean": 100, "reference_sd": 100}
    start, now = (
        visit(on, *[lab(f"RNA_{gene}", value, "{counts}", **controls) for gene in GENES], event=event)
        for on, value, event in (("2026-01-01", 500, "week_0"), ("2026-02-01", 200, "unscheduled"))
    )
    derived = derived_at_last(start, now)
    assert told(derived, "interferon-ratio", "IFN28Z_SCORE") == [(Decimal("0.25"), None)]
    assert told(derived, "interferon-ratio", "IFN28GEO_SCORE") == [(Decimal("0.4"), None)]


@pytest.mark.parametrize(
    ("assay", "sign", "whose"), [("qPCR", "negative", "laboratory"), ("another", "positive", "rule")]
)
def test_a_score_is_held_to_the_limit_that_the_laboratory_gives_with_its_own(assay, sign, whose):
    reported = lab("IFN6", 4, "1", upper_limit=5, assay=assay)
    derived = derived_at_last(visit("2026-01-01", *six(4, reported, assay="qPCR")))
    (score,) = [one for one in derived if one.result.rule.id == "interferon-score-6"]
    assert (score.result.category, score.result.details.threshold_of) == (sign, whose)
    assert ("/laboratory_results/IFN6" in score.inputs[0].fields) == (whose == "laboratory")


def test_repeats_of_a_gene_in_one_sample_are_averaged():
    repeats = lab("RNA_SIGLEC1", 4, "{fold}"), lab("RNA_ISG15", 5, "{fold}")
    derived = derived_at_last(visit("2026-01-01", *six(3, *repeats)))
    assert told(derived, "interferon-score-6") == [(3, "positive")]
    every = derived_at_last(visit("2026-01-01", *six(3), *six(4)))
    assert told(every, "interferon-score-6") == [(Decimal("3.5"), "positive")]
    censored = derived_at_last(visit("2026-01-01", *six(3, lab("RNA_ISG15", 5, "{fold}", comparator="<"))))
    assert told(censored, "interferon-score-6") == [(None, None)]


def test_incomplete_samples_at_one_visit_are_told_apart():
    genes = [lab("RNA_ISG15", 3, "{fold}", specimen=where) for where in ("pbmc", "monocytes", "whole_blood")]
    found = keys(derived_at_last(visit("2026-01-01", *genes)))
    assert len(set(found)) == len(found)
    assert [number for rule, _, number in found if rule == "interferon-score-6"] == [1, 2, 3]


def test_fold_changes_of_the_six_genes_make_the_6_gene_score():
    genes = [lab(f"RNA_{gene}", value, "{fold}") for value, gene in enumerate(SIX_GENES, 1)]
    derived = derived_at_last(visit("2026-01-01", *genes))
    assert told(derived, "interferon-score-6") == [(Decimal("3.5"), "positive")]
    assert told(derived, "interferon-score-28-geomean") == []


def test_counts_of_the_28_genes_make_both_28_gene_scores():
    controls = {"reference_mean": 100, "reference_sd": 100}
    genes = [lab(f"RNA_{gene}", 300, "{counts}", **controls) for gene in GENES]
    derived = derived_at_last(visit("2026-01-01", *genes))
    assert told(derived, "interferon-score-6") == []
    assert told(derived, "interferon-score-28-standardised") == [(56, None)]
    assert told(derived, "interferon-score-28-geomean") == [(300, None)]


def test_samples_are_not_mixed():
    genes = [lab(f"RNA_{gene}", 3, "{fold}", specimen=where) for gene in SIX_GENES for where in ("pbmc", "monocytes")]
    derived = derived_at_last(visit("2026-01-01", *genes[:-1]))
    assert told(derived, "interferon-score-6") == [(3, "positive"), (None, None)]
