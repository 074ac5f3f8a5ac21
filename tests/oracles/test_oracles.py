"""The oracles give the published and derived worked values of domain reference 4.4 and 8.1."""

from fractions import Fraction

import pytest

from tests.oracles import ctcae, ctcae_low
from tests.oracles.total_improvement_score import Change, Enzyme, most_abnormal, total_improvement_score

# Domain reference 8.1: PGA, PtGA, strength, CHAQ, CK and extramuscular, baseline and final; total, JDM, adult.
VECTORS = {
    "A, S-ACTH": ("5.5 0.5", "2 1", "146 150", "0 0", "66 84", "5.5 0", 150, "52.5", "moderate", "moderate"),
    "C, maximum": ("10 0", "10 0", "0 80", "3 0", "3000 0", "10 0", 80, "100", "major", "major"),
    "D, on the edge": ("5.5 5", "5.5 5", "50 51.6", "1.5 1.35", "3000 2850", "5.5 5", 80, "0", "none", "none"),
    "E, just above": (
        "5.5 4.9",
        "5.5 4.9",
        "50 52",
        "1.5 1.25",
        "3000 2849",
        "5.5 4.9",
        80,
        "35",
        "minimal",
        "minimal",
    ),
    "F, populations differ": ("4 3", "4 3.5", "60 66", "1 0.875", "200 150", "4 3.1", 80, "25", "none", "minimal"),
}
MEASURES = ("physician_global", "patient_global", "strength", "chaq", "CK", "extramuscular")


def pair(text: str) -> Change:
    base, final = text.split()
    return Change(Fraction(base), Fraction(final))


def scored(name: str, population: str):
    changes = dict(zip(MEASURES, map(pair, VECTORS[name][:6]), strict=True))
    ck = changes.pop("CK")
    enzymes = {"CK": Enzyme(ck.base, ck.final, Fraction(200))}
    return total_improvement_score("imacs", population, changes, enzymes, Fraction(VECTORS[name][6]))


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_of_8_1_give_their_total_and_categories(name):
    child, adult = scored(name, "jdm"), scored(name, "adult")
    assert child.total == adult.total == Fraction(VECTORS[name][7])
    assert (child.category, adult.category) == VECTORS[name][8:]


def test_a_point_of_each_measure_of_vector_a():
    assert list(scored("A, S-ACTH", "jdm").points.values()) == [20, Fraction("2.5"), 10, 0, 0, 20]


def test_strength_by_mmt8_and_by_cmas_disagree_on_the_cohort_of_wang():
    cmas = total_improvement_score("printo", "jdm", CHANGED | {"strength": pair("41 50")}, {}, Fraction(52))
    mmt8 = total_improvement_score("printo", "jdm", CHANGED | {"strength": pair("73 79")}, {}, Fraction(80))
    assert (cmas.points["strength"], mmt8.points["strength"]) == (20, 10)


CHANGED = {"physician_global": Change(Fraction(5), Fraction(5))}


def test_without_the_physicians_global_there_is_no_total():
    assert total_improvement_score("imacs", "jdm", {}, {}, Fraction(80)).total is None


def test_a_missing_measure_scores_nothing_and_makes_the_score_incomplete():
    score = total_improvement_score("imacs", "jdm", CHANGED | {"strength": pair("0 80")}, {}, Fraction(80))
    assert (score.total, score.complete) == (Fraction("32.5"), False)


def test_the_most_abnormal_enzyme_has_the_highest_multiple_of_its_limit():
    some = {"CK": Enzyme(Fraction(400), None, Fraction(200)), "LDH": Enzyme(Fraction(900), None, Fraction(300))}
    assert most_abnormal(some) == "LDH"


@pytest.mark.parametrize(("final", "points"), [("66", 0), ("84", 0), ("65", None)])
def test_one_enzyme_without_an_upper_limit_scores_only_if_it_did_not_fall(final, points):
    enzymes = {"CK": Enzyme(Fraction(66), Fraction(final), None)}
    assert total_improvement_score("imacs", "jdm", {}, enzymes, Fraction(80)).points["enzyme"] == points


def numbers(text: str) -> list[tuple[Fraction, int | None]]:
    pairs = (one.split(">") for one in text.split())
    return [(Fraction(value), None if grade == "null" else int(grade)) for value, grade in pairs]


ANC = "0.49>4 0.5>3 0.99>3 1>2 1.49>2 1.5>1 1.9>1 2>0"
ALC = "0.19>4 0.2>3 0.49>3 0.5>2 0.79>2 0.8>1 1.09>1 1.1>0"
HB = "79>3 80>2 99>2 100>1 139>1 140>0"
ALT = "801>4 800>3 201>3 200>2 121>2 120>1 60>1 59>0"


@pytest.mark.parametrize(("value", "grade"), numbers(ANC))
def test_neutrophils_of_4_4(value, grade):
    assert ctcae_low.neutrophils_5(value, Fraction(2)) == grade


@pytest.mark.parametrize(("value", "grade"), numbers("0.49>4 1.49>2 1.5>null 2>null"))
def test_neutrophils_of_4_4_without_a_lower_limit(value, grade):
    assert ctcae_low.neutrophils_5(value, None) == grade


@pytest.mark.parametrize(("value", "grade"), numbers(ALC))
def test_lymphocytes_of_4_4(value, grade):
    assert ctcae_low.lymphocytes_5(value, Fraction("1.1")) == grade


@pytest.mark.parametrize(("value", "grade"), numbers("0.79>2 0.8>null"))
def test_lymphocytes_of_4_4_without_a_lower_limit(value, grade):
    assert ctcae_low.lymphocytes_5(value, None) == grade


@pytest.mark.parametrize(("value", "grade"), numbers(HB))
def test_haemoglobin_of_4_4(value, grade):
    assert ctcae_low.anemia(value, "g/L", Fraction(140)) == grade
    assert ctcae_low.anemia(value / 10, "g/dL", Fraction(14)) == grade


@pytest.mark.parametrize(("value", "grade"), numbers("99>2 100>null"))
def test_haemoglobin_of_4_4_without_a_lower_limit(value, grade):
    assert ctcae_low.anemia(value, "g/L", None) == grade


@pytest.mark.parametrize(("value", "grade"), numbers(ALT))
def test_alt_of_4_4_with_a_high_baseline(value, grade):
    assert ctcae.aminotransferase_5(value, Fraction(39), Fraction(40)) == grade
    assert ctcae.aminotransferase_5(value, None, Fraction(40)) is None


@pytest.mark.parametrize(("value", "grade"), numbers("39>0 40>1 117>1 118>2 195>2 196>3 780>3 781>4"))
def test_alt_with_a_normal_baseline_counts_from_the_limit(value, grade):
    assert ctcae.aminotransferase_5(value, Fraction(39), Fraction(39)) == grade
