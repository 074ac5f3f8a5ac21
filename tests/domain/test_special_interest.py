"""Events of special interest: which words, codes, situations, grades and results make a candidate, and which do not."""

from dataclasses import replace
from decimal import Decimal

import pytest

from registry.domain.analytes import CATALOGUE
from registry.domain.course import Dose, Medication
from registry.domain.rules import Rule
from registry.domain.special_interest import SPECIAL_INTEREST_RULE, TOPICS
from registry.domain.special_interest_findings import MEASURED, Finding, of_event, of_medication, of_visit
from registry.domain.special_interest_words import infections, named, plain
from registry.domain.vocabulary import SPECIAL_INTEREST, SPECIAL_SITUATIONS
from tests.domain.laboratory_course import STABLE, course, kept, lab, visit


def found(term, serious=False, coded=None, own=(), **event):
    return {(one.topic, one.found_by) for one in of_event({"term": term, **event}, serious, coded, own)}


@pytest.mark.parametrize(
    ("term", "topics"),
    [
        ("Shingles on the trunk", {"herpes_zoster"}),
        ("HERPES  simplex, lip", {"herpes_simplex"}),
        ("Deep-vein thrombosis of the leg", {"thromboembolism"}),
        ("Neutropenic fever", {"cytopenia"}),
        ("Raised cholesterol", {"lipids"}),
        ("CK rise without weakness", {"ck_rise"}),
        ("BK virus in plasma and urine", {"bk_virus"}),
        ("Calcinosis of the elbow, infected", {"calcinosis_infection"}),
        ("Calcinosis of the elbow", set()),
        ("Pneumonia", set()),
        ("Stubborn headache", set()),
        ("Tbilisi flu", set()),
        ("Dementia, Hepburn, altered taste", set()),
        ("Elevated CK", {"ck_rise"}),
        ("VZV reactivation", {"herpes_zoster"}),
        ("Hep B reactivation", {"hepatitis_b_reactivation"}),
        ("VTE", {"thromboembolism"}),
        ("Transient ischemic attacks (TIA)", {"mace"}),
        ("AST/ALT elevated: transaminitis", {"transaminases"}),
        ("Haemoglobin decreased, low ANC", {"cytopenia"}),
        ("White blood cell count decreased", {"cytopenia"}),
        ("Blood triglycerides increased", {"lipids"}),
        ("LDL increased", {"lipids"}),
        ("Large intestine perforation", {"gastrointestinal_perforation"}),
        ("GFR decreased", {"egfr_fall"}),
        ("Growth velocity decreased", {"growth_weight"}),
        ("Myelodysplastic syndrome", {"malignancy"}),
        ("Lip herpes", {"herpes_simplex"}),
        ("", set()),
    ],
)
def test_whole_words_of_the_report_make_a_candidate(term, topics):
    assert found(term) == {(topic, "term") for topic in topics}


def test_an_infection_is_a_candidate_where_it_is_serious():
    assert found("Pneumonia", serious=True) == {("serious_infection", "term")}
    assert ("serious_infection", "term") in found("Shingles", serious=True)
    assert found("Urosepsis", serious=True) == {("serious_infection", "term")}


def test_a_serious_event_of_the_organ_class_of_infections_is_a_serious_infection_whatever_its_words():
    coded = {"term": "Quokka pox", "system_organ_class": "Infections and infestations"}
    assert found("Pox", serious=True, coded=coded) == {("serious_infection", "term")}
    assert found("Bad eye", serious=True, ctcae_term="Endophthalmitis") == {("serious_infection", "term")}
    assert found("Bad eye", ctcae_term="Endophthalmitis") == set()
    assert found("Bad eye", serious=True, ctcae_term="Blurred vision") == set()
    assert len(infections()) == 88


def test_the_ctcae_term_and_the_coded_term_count_as_the_words_do():
    assert found("Spots", ctcae_term="Rash acneiform") == {("acne", "term")}
    assert found("Spots", coded={"term": "Zoster of the eye", "preferred_term": "Quokka eye"}) == {
        ("herpes_zoster", "term")
    }


def test_a_special_situation_makes_a_candidate_and_an_error_none():
    assert found("Too many tablets", special_situations=["overdose"]) == {("overdose", "special_situation")}
    assert found("Shingles", entered_in_error=True) == set()


def test_a_study_adds_words_and_codes_of_its_dictionary():
    own = [
        {"topic": "mace", "term": "Quokka heart*"},
        {"topic": "malignancy", "dictionary": "MedDRA", "code": "90000001"},
    ]
    coded = {"dictionary": "MedDRA", "version": "28.0", "code": "90000001", "term": "Quokka lump"}
    assert found("Quokka hearts failing", own=own) == {("mace", "term")}
    assert found("A lump", own=own, coded=coded) == {("malignancy", "code")}
    assert found("A lump", own=own, coded=coded | {"dictionary": "CTCAE"}) == set()
    low = coded | {"code": "90000002", "preferred_code": "90000001"}
    assert found("A lump", own=own, coded=low) == {("malignancy", "code")}


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ("2026-01-03", False),
        ("2026-01-04", True),
        ("2026-03-31", True),
        ("2026-04-01", False),
        ("2026", True),
        (None, True),
    ],
)
def test_a_live_vaccine_within_four_weeks_of_a_dose_is_a_candidate(given, counts):
    made = course(BASELINE)
    dose = Dose(kept({"started_on": "2026-02-01", "ended_on": "2026-03-03"}))
    made = replace(made, doses=(dose,))
    vaccine = kept({"medication": "live_vaccine"} | ({"started_on": given} if given else {}))
    expected = {Finding("live_vaccine_exposure", "medication")} if counts else set()
    assert of_medication(made, Medication(vaccine)) == expected
    assert of_medication(made, Medication(vaccine | {"medication": "other_vaccine"})) == set()
    assert of_medication(course(BASELINE), Medication(vaccine)) == set()


BASELINE = visit("2026-01-01", event="week_0")


def at_last(*visits):
    made = course(*visits)
    return of_visit(made, made.visits[-1])


@pytest.mark.parametrize(
    ("result", "topic"),
    [
        (lab("NEUT", "0.99", lower_limit=Decimal(2)), "cytopenia"),
        (lab("NEUT", "1.0", lower_limit=Decimal(2)), None),
        (lab("HGB", 79, "g/L", lower_limit=Decimal(115)), "cytopenia"),
        (lab("HGB", 80, "g/L", lower_limit=Decimal(115)), None),
        (lab("ALT", 121, "U/L", upper_limit=Decimal(40)), "transaminases"),
        (lab("ALT", 120, "U/L", upper_limit=Decimal(40)), None),
        (lab("CHOL", 301, "mg/dL", upper_limit=Decimal(200)), "lipids"),
        (lab("IGG", "6.9", "g/L", lower_limit=Decimal(7)), "hypogammaglobulinaemia"),
        (lab("IGG", 7, "g/L", lower_limit=Decimal(7)), None),
        (lab("IGG", 7, "g/L", lower_limit=Decimal(7), comparator="<"), "hypogammaglobulinaemia"),
        (lab("EGFR", 59), "egfr_fall"),
        (lab("EGFR", 60), None),
    ],
)  # fmt: skip
def test_a_result_makes_a_candidate_on_its_side_of_the_edge(result, topic):
    expected = {Finding(topic, "laboratory_grade", result["analyte"])} if topic else set()
    assert at_last(BASELINE, visit("2026-01-10", result)) == expected


@pytest.mark.parametrize(
    ("result", "positive"),
    [
        (lab("BKVURINE", 1), True),
        (lab("BKVURINE", 500, comparator="<"), False),
        (lab("BKVURINE", 0), False),
        ({"analyte": "BKVURINE", "finding": "positive"}, True),
        ({"analyte": "BKVURINE", "finding": "indeterminate"}, False),
    ],
)
def test_bk_virus_is_positive_above_the_limit_of_detection(result, positive):
    expected = {Finding("bk_virus", "virus_result", "BKVURINE")} if positive else set()
    assert at_last(BASELINE, visit("2026-01-10", result)) == expected


def test_what_is_found_before_treatment_is_no_event_of_it():
    low = lab("NEUT", "0.4", lower_limit=Decimal(2))
    assert at_last(visit("2026-01-10", low, event="week_0")) == set()
    assert at_last(visit("2026-01-10", low)) == {Finding("cytopenia", "laboratory_grade", "NEUT")}


def test_viruses_in_plasma_count_as_bk_virus_does():
    for analyte in ("EBVPLASMA", "CMVPLASMA"):
        found_virus = {Finding("ebv_cmv", "virus_result", analyte)}
        assert at_last(BASELINE, visit("2026-01-10", lab(analyte, 400))) == found_virus
        assert at_last(BASELINE, visit("2026-01-10", lab(analyte, 400, comparator="<"))) == set()


def test_hepatitis_b_and_tuberculosis_count_after_baseline():
    results = [{"analyte": name, "finding": "positive"} for name in ("HBSAG", "HBVDNA", "IGRA")]
    baseline = visit("2026-01-10", *results, event="week_0")
    assert at_last(baseline) == set()
    assert {one.topic for one in at_last(baseline, visit("2026-02-10", *results))} == {
        "hepatitis_b_reactivation", "tuberculosis",
    }  # fmt: skip


def test_a_fall_of_the_egfr_from_baseline_is_compared_exactly():
    for now, falls in ((75, True), (76, False)):
        visits = visit("2026-01-10", lab("EGFR", 100), event="week_0"), visit("2026-02-10", lab("EGFR", now))
        assert bool(at_last(*visits)) is falls


def test_ck_that_rises_while_the_child_is_stable_is_a_candidate():
    visits = [
        visit(day, lab("CK", value, "U/L", upper_limit=Decimal(200)), event=event, **STABLE)
        for day, value, event in (("2026-01-10", 150, "week_0"), ("2026-02-10", 600, "week_4"))
    ]
    assert at_last(*visits) == {Finding("ck_rise", "laboratory_grade", "CK")}


def test_every_topic_of_the_vocabulary_has_its_rule_and_every_rule_is_sound():
    assert TOPICS.keys() == SPECIAL_INTEREST.keys()
    assert isinstance(SPECIAL_INTEREST_RULE, Rule)
    for topic in TOPICS.values():
        assert topic.words
        assert all(word == f"{plain(word)}{'*' * word.endswith('*')}" for word in (*topic.words, *topic.together))
        assert set(topic.analytes) <= CATALOGUE.keys()
        assert set(topic.measured) <= MEASURED.keys()
        assert set(topic.situations) <= SPECIAL_SITUATIONS.keys()
        assert all(hasattr(SPECIAL_INTEREST_RULE.constants, name) for name in topic.graded.values())


def test_no_words_name_nothing():
    assert not named((), ["anything"])
