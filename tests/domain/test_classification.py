"""The EULAR/ACR classification: published weights, cut-offs of the score alone, and what is not known stays open."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.classification import CLASSIFICATION, Age, Findings, classification
from registry.domain.classification_weights import BIOPSY_ITEMS, ITEMS, SKIN
from registry.domain.rules import overriding

D = Decimal


def aged(years, upto=None):
    return Age(youngest=D(years), oldest=D(years if upto is None else upto))


def found(*present, onset=8, biopsy=False, **said):
    items = (*ITEMS, *BIOPSY_ITEMS) if biopsy else ITEMS
    known = dict.fromkeys(items, False) | dict.fromkeys(present, True)
    return Findings(**({"biopsy_done": biopsy, "onset_age": aged(onset)} | known | said))


CHILD = ("heliotrope_rash", "gottron_papules")
LEGS = ("lower_limb_weakness", "raised_enzymes")

WORKED = [
    ("8.2: heliotrope, papules", found(*CHILD), "5.2", "0.4675", "not_a_case"),
    ("8.2: with Gottron's sign", found(*CHILD, "gottron_sign"), "8.5", "0.9597", "definite"),
    ("8.2: heliotrope, papules, legs, enzyme", found(*CHILD, *LEGS), "7.3", "0.8776", "probable"),
    ("2.9: all of these", found(*CHILD, *LEGS, "gottron_sign"), "10.6", "0.9949", "definite"),
    (
        "every item, onset from 40, no biopsy",
        found(*ITEMS, onset=40),
        "20.8",
        "1.0000",
        "definite",
    ),
    (
        "every item, onset from 40, biopsy",
        found(*ITEMS, *BIOPSY_ITEMS, onset=40, biopsy=True),
        "29.5",
        "1.0000",
        "definite",
    ),
    ("nothing, biopsy without a finding", found(biopsy=True), "0", "0.0015", "not_a_case"),
]


@pytest.mark.parametrize(
    ("findings", "score", "probability", "category"), [row[1:] for row in WORKED], ids=[row[0] for row in WORKED]
)
def test_a_worked_score_comes_out(findings, score, probability, category):
    result = classification(findings)
    assert (result.value, result.category, result.final, result.missing) == (D(score), category, True, ())
    assert result.details.probability == D(probability)


WEIGHTS = [
    ("upper_limb_weakness", "0.7", "0.7"),
    ("lower_limb_weakness", "0.8", "0.5"),
    ("neck_flexor_weakness", "1.9", "1.6"),
    ("proximal_leg_weakness", "0.9", "1.2"),
    ("heliotrope_rash", "3.1", "3.2"),
    ("gottron_papules", "2.1", "2.7"),
    ("gottron_sign", "3.3", "3.7"),
    ("dysphagia", "0.7", "0.6"),
    ("anti_jo_1", "3.9", "3.8"),
    ("raised_enzymes", "1.3", "1.4"),
]


@pytest.mark.parametrize(("item", "without", "with_biopsy"), WEIGHTS, ids=[row[0] for row in WEIGHTS])
def test_an_item_weighs_as_published(item, without, with_biopsy):
    assert classification(found(item)).details.score == D(without)
    assert classification(found(item, biopsy=True)).value == D(with_biopsy)


@pytest.mark.parametrize(
    ("item", "weight"), list(zip(BIOPSY_ITEMS, ("1.7", "1.2", "1.9", "3.1"), strict=True)), ids=BIOPSY_ITEMS
)
def test_an_item_of_the_biopsy_weighs_as_published(item, weight):
    assert classification(found(item, biopsy=True)).value == D(weight)


@pytest.mark.parametrize(
    ("age", "without", "with_biopsy"),
    [("17.9", "0", "0"), ("18", "1.3", "1.5"), ("39.9", "1.3", "1.5"), ("40", "2.1", "2.2")],
)
def test_the_age_at_onset_weighs_from_18_and_from_40(age, without, with_biopsy):
    assert classification(found("heliotrope_rash", onset=age)).value == D("3.1") + D(without)
    assert classification(found(onset=age, biopsy=True)).value == D(with_biopsy)


ANCHORS = [("5.5", False, "0.54"), ("7.5", False, "0.90"), ("6.7", True, "0.55"), ("8.7", True, "0.90")]


def of_score(score, *, biopsy):
    """A classification whose only item, heliotrope rash, weighs the score."""
    column = "weights_with_biopsy" if biopsy else "weights_without_biopsy"
    rule = overriding(CLASSIFICATION, {column: {"heliotrope_rash": D(score)}})
    return classification(found("heliotrope_rash", biopsy=biopsy), rule)


@pytest.mark.parametrize(("score", "biopsy", "probability"), ANCHORS, ids=[f"2.9: {row[0]}" for row in ANCHORS])
def test_the_published_cut_offs_have_their_published_probability(score, biopsy, probability):
    assert of_score(score, biopsy=biopsy).details.probability.quantize(D("0.01")) == D(probability)


BANDS = [
    ("5.2", False, "not_a_case"),
    ("5.3", False, "possible"),
    ("5.4", False, "possible"),
    ("5.5", False, "probable"),
    ("7.4", False, "probable"),
    ("7.5", False, "definite"),
    ("6.4", True, "not_a_case"),
    ("6.5", True, "possible"),
    ("6.6", True, "possible"),
    ("6.7", True, "probable"),
    ("8.6", True, "probable"),
    ("8.7", True, "definite"),
]


@pytest.mark.parametrize(("score", "biopsy", "category"), BANDS)
def test_the_category_follows_from_the_score_alone(score, biopsy, category):
    assert of_score(score, biopsy=biopsy).category == category


def test_a_score_of_5_3_is_possible_although_its_probability_is_not_that_of_a_case():
    result = of_score("5.3", biopsy=False)
    assert (result.category, result.details.probability, result.details.case) == ("possible", D("0.4925"), False)


def test_case_and_trial_inclusion_follow_from_the_probability_that_is_not_rounded():
    assert [of_score(score, biopsy=False).details.case for score in ("5.33", "5.3300001")] == [False, True]
    assert [of_score(score, biopsy=False).details.trial_inclusion for score in ("7.527", "7.528")] == [False, True]


def test_a_study_weight_far_off_gives_a_probability_and_no_error():
    assert of_score("1000000000", biopsy=False).details.probability == 1


def test_without_any_sign_of_the_skin_a_biopsy_is_required():
    result = classification(found("neck_flexor_weakness", "anti_jo_1", "raised_enzymes"))
    assert (result.value, result.category, result.final) == (None, None, False)
    assert "requires a muscle biopsy" in result.reason
    assert result.details.score == D("7.1")


def test_with_the_biopsy_done_no_sign_of_the_skin_is_needed():
    result = classification(
        found(
            "neck_flexor_weakness",
            "anti_jo_1",
            "raised_enzymes",
            "dysphagia",
            "proximal_leg_weakness",
            "upper_limb_weakness",
            biopsy=True,
        )
    )
    assert (result.value, result.category, result.final) == (D("9.3"), "definite", True)


def test_a_sign_of_the_skin_that_is_not_known_leaves_it_indeterminate():
    result = classification(found("anti_jo_1", gottron_sign=None))
    assert (result.value, result.category, result.final) == (None, "indeterminate", False)
    assert result.missing == ("gottron_sign",)


def test_items_not_known_count_nothing_and_the_range_is_told():
    result = classification(found(*CHILD, dysphagia=None, raised_enzymes=None))
    assert (result.value, result.category, result.final) == (D("5.2"), "not_a_case", False)
    assert result.missing == ("dysphagia", "raised_enzymes")
    assert (result.details.score, result.details.highest_score) == (D("5.2"), D("7.2"))
    assert result.details.highest_category == "probable"


def test_a_category_that_nothing_unknown_can_change_is_final_though_the_score_is_not_known():
    result = classification(found(*SKIN, dysphagia=None, anti_jo_1=None))
    assert (result.value, result.category, result.final) == (result.details.score, "definite", True)
    assert "score is not" in result.reason


def test_a_biopsy_not_known_to_be_done_can_change_the_category():
    result = classification(found(*CHILD, *LEGS, biopsy_done=None))
    assert (result.category, result.final, result.missing) == ("probable", False, ("biopsy_done",))


def test_an_age_known_in_part_matters_only_about_18_and_40():
    inside = classification(found(*SKIN, onset_age=aged("8.5", "9.5")))
    assert (inside.value, inside.missing) == (D("8.5"), ())
    across = classification(found(*CHILD, onset_age=aged("17.5", "18.5")))
    assert (across.value, across.missing, across.final) == (D("5.2"), ("onset_age",), False)
    assert (across.details.score, across.details.highest_score) == (D("5.2"), D("6.5"))


@pytest.mark.parametrize(
    ("findings", "subgroup"),
    [
        (found(*SKIN, onset="17.9"), "juvenile_dermatomyositis"),
        (found(*SKIN, onset=18), None),
        (found(*SKIN, onset_age=aged("17.9", "18.0")), None),
        (found(*SKIN, onset_age=None), None),
        (found(*CHILD), None),
        (found("anti_jo_1", "raised_enzymes", "neck_flexor_weakness", biopsy=True), None),
    ],
    ids=["child", "adult", "age across 18", "age not known", "no case", "no rash"],
)
def test_juvenile_dermatomyositis_is_a_case_with_a_rash_and_onset_under_18(findings, subgroup):
    assert classification(findings).details.subgroup == subgroup


def test_a_study_can_set_its_own_cut_off():
    rule = overriding(CLASSIFICATION, {"cut_offs_without_biopsy": {"definite": D(7)}})
    result = classification(found(*CHILD, *LEGS), rule)
    assert (result.category, result.rule.overridden) == ("definite", ("cut_offs_without_biopsy",))


STATE = st.sampled_from((True, False, None))
OPEN = st.builds(
    Findings,
    **dict.fromkeys((*ITEMS, "biopsy_done"), STATE),
    onset_age=st.none() | st.integers(0, 60).map(aged),
)


@st.composite
def completed(draw):
    """Findings with items that are not known, and the same with every one of them known."""
    before = draw(OPEN)
    names = [name for name in (*ITEMS, "biopsy_done") if getattr(before, name) is None]
    after = replace(before, **{name: draw(st.booleans()) for name in names})
    if after.biopsy_done:
        after = replace(after, **{name: draw(st.booleans()) for name in BIOPSY_ITEMS})
    return before, replace(after, onset_age=before.onset_age or aged(draw(st.integers(0, 60))))


@settings(max_examples=50, deadline=None)
@given(completed())
def test_what_becomes_known_never_changes_a_final_category_nor_leaves_the_range(pair):
    before, after = (classification(findings) for findings in pair)
    if before.final:
        assert after.category == before.category
    if pair[0].biopsy_done is pair[1].biopsy_done:
        assert before.details.score <= after.details.score <= before.details.highest_score


@settings(max_examples=50, deadline=None)
@given(OPEN)
def test_the_score_is_the_lowest_that_it_can_be(findings):
    result = classification(findings)
    assert result.value in {None, result.details.score}
    assert result.final or result.reason
