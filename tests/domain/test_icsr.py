"""The individual case safety report: every element from the records, nothing that unblinds, and a message that is well formed."""

from datetime import UTC, datetime
from decimal import Decimal
from xml.etree import ElementTree

import e2br3
import pytest

from registry.domain.icsr import check, message
from registry.domain.icsr.case import Case
from registry.domain.icsr.report import report

EVENT = "0199a000-0000-7000-8000-00000000000a"
VISIT = "0199a000-0000-7000-8000-00000000000b"
MEDICATION = "0199a000-0000-7000-8000-00000000000c"
HL7 = "{urn:hl7-org:v3}"


def case(**changes) -> Case:
    event = {
        "id": EVENT,
        "version": 2,
        "recorded_at": "2026-03-02T10:00:00+00:00",
        "changed_at": "2026-03-05T10:00:00+00:00",
        "term": "Pneumonia <severe> & effusion",
        "grade": 4,
        "started_on": "2026-03-01",
        "serious": True,
        "seriousness_criteria": ["hospitalisation"],
        "special_situations": [],
        "outcome": "recovering",
        "causality": [
            {"drug": "baricitinib", "causality": "possible", "action_taken": "interrupted", "dechallenge": "positive",
             "rechallenge": "not_done"}
        ],
        "concomitant_medication_ids": [MEDICATION],
        "laboratory_results": [{"visit_id": VISIT, "analyte": "CRP"}, {"visit_id": VISIT, "analyte": "BKVPLASMA"}],
        "narrative": "Day 20 of treatment. Fever & cough.",
    } | changes.pop("event", {})  # fmt: skip
    usual = {
        "event": event,
        "assessment": {
            "version": 1,
            "sponsor_aware_at": "2026-03-03T08:00:00+00:00",
            "changed_at": "2026-03-04T08:00:00+00:00",
            "seriousness_criteria": ["life_threatening"],
            "drugs": [{"drug": "baricitinib", "causality": "reasonable_possibility", "expectedness": "unexpected"}],
            "comment": "Reported within seven days",
        },
        "coded": {"dictionary": "MedDRA", "version": "28.0", "code": "90000001", "term": "Quokka lung"},
        "study": {
            "code": "JAKI-JDM", "title": "A study", "design": "randomised",
            "registrations": [{"register": "ClinicalTrials.gov", "identifier": "NCT00000000"}],
        },
        "site": {"code": "BER", "country": "DE"},
        "participant": {
            "code": "P-00001", "birth_year": 2014, "birth_month": 5, "sex_at_birth": "female",
            "symptom_onset": "2021-03", "diagnosed_on": "2021-06-14",
        },
        "visits": [
            {
                "id": VISIT, "visited_on": "2026-02-20",
                "forms": {"vital_signs": {"height": Decimal("128.5"), "weight": Decimal("27.40")}},
                "laboratory_results": [
                    {"analyte": "CRP", "value": 5, "comparator": "<", "unit": "mg/L", "upper_limit": 5},
                    {"analyte": "BKVPLASMA", "finding": "positive"},
                    {"analyte": "CK", "value": 100, "unit": "U/L"},
                ],
            },
            {"id": "later", "visited_on": "2026-04-01", "forms": {"vital_signs": {"weight": 30}}},
        ],
        "doses": [
            {"drug": "baricitinib", "formulation": "tablet", "mg_per_intake": Decimal("2.000"),
             "intakes_per_day": Decimal("2.00"), "started_on": "2026-02-10"},
            {"drug": "tofacitinib", "formulation": "tablet", "mg_per_intake": 5, "intakes_per_day": 2,
             "started_on": "2025-01-10", "ended_on": "2025-06-10"},
        ],
        "medications": [
            {"id": MEDICATION, "medication": "prednisolone", "dose": 10, "dose_unit": "mg", "frequency": "daily",
             "route": "oral", "started_on": "2025-01"}
        ],
        "made_at": datetime(2026, 3, 6, 12, tzinfo=UTC),
        "receiver": "GATEWAY",
    }  # fmt: skip
    return Case(**(usual | changes))


def sent(group, number):
    return group[number].get("code", group[number].get("value"))


def test_a_report_tells_the_case_and_nothing_is_missing():
    made = report(case())
    assert check.faults(made) == ()
    assert sent(made["C"], "C.1.1") == f"DE-JAKIJDM-{EVENT}"
    assert [sent(made["C"], number) for number in ("C.1.2", "C.1.4", "C.1.5", "C.1.7", "C.5.4")] == [
        "20260306120000+0000", "20260303", "20260305", True, "1",
    ]  # fmt: skip
    assert [sent(made["D"], number) for number in ("D.1", "D.2.2a", "D.2.2b", "D.3", "D.4", "D.5")] == [
        "P-00001", 11, "a", "27.4", "128", "2",
    ]  # fmt: skip
    assert made["D"]["D.7.2"]["value"] == "Juvenile dermatomyositis; first symptoms 2021-03; diagnosed 2021-06-14"


def test_seriousness_is_what_the_investigator_or_the_sponsor_holds():
    [reaction] = report(case())["E.i"]
    held = {number for number in reaction if number.startswith("E.i.3.2") and reaction[number].get("value")}
    assert held == {"E.i.3.2b", "E.i.3.2c"}
    assert reaction["E.i.3.2a"] == {"name": "Seriousness: death", "null_flavor": "NI"}
    assert (sent(reaction, "E.i.7"), sent(reaction, "E.i.2.1b"), reaction["E.i.4"]["value"]) == (
        "2", "90000001", "20260301",
    )  # fmt: skip


def test_drugs_have_their_role_doses_in_force_and_both_assessments():
    suspect, concomitant = report(case())["G.k"]
    assert [sent(one, "G.k.1") for one in (suspect, concomitant)] == ["1", "2"]
    [dose] = suspect["G.k.4.r"]
    assert [sent(dose, f"G.k.4.r.{number}") for number in ("1a", "1b", "2", "3", "4")] == [
        "2",
        "mg",
        12,
        "h",
        "20260210",
    ]
    [matrix] = suspect["G.k.9.i"]
    assert [(one["G.k.9.i.2.r.1"]["value"], one["G.k.9.i.2.r.3"]["value"]) for one in matrix["G.k.9.i.2.r"]] == [
        ("Investigator", "Possible"), ("Sponsor", "Reasonable possibility"),
    ]  # fmt: skip
    assert (sent(suspect, "G.k.8"), sent(matrix, "G.k.9.i.4")) == ("1", "4")
    assert suspect["G.k.11"]["value"] == "The drug was interrupted; Dechallenge: positive"


def test_a_blinded_product_is_told_as_that_and_no_more():
    taken = [{"started_on": "2026-02-10", "adherence": "full"}]
    made = report(case(event={"causality": []}, assessment=None, doses=[], intakes=taken))
    [product] = [one for one in made["G.k"] if sent(one, "G.k.1") == "1"]
    assert product["G.k.2.2"]["value"] == "Study product (blinded)"
    assert product["G.k.2.5"]["value"] is True
    assert product["G.k.4.r"] == [{"G.k.4.r.4": {"name": "Start of the drug", "value": "20260210"}}]
    assert b"baricitinib" not in message.written(made, receiver="GATEWAY").lower()


def test_a_jak_inhibitor_in_force_that_nobody_judged_is_suspect():
    [only, _] = report(case(event={"causality": []}, assessment=None))["G.k"]
    assert (only["G.k.2.2"]["value"], sent(only, "G.k.1")) == ("Baricitinib", "1")


def test_a_drug_that_was_judged_is_told_with_its_last_dose_and_one_that_had_ended_is_not_suspected_by_itself():
    blamed = [{"drug": "tofacitinib", "causality": "possible"}]
    told = report(case(event={"causality": blamed}, assessment=None))["G.k"]
    assert [one["G.k.2.2"]["value"] for one in told] == ["Baricitinib", "Tofacitinib", "Prednisolone"]
    assert told[1]["G.k.4.r"][0]["G.k.4.r.5"]["value"] == "20250610"
    ended = {"drug": "tofacitinib", "formulation": "tablet", "mg_per_intake": 5, "intakes_per_day": 2,
             "started_on": "2024-01-10", "ended_on": "2024-06-10"}  # fmt: skip
    [only] = report(case(event={"causality": []}, assessment=None, doses=[ended]))["G.k"]
    assert sent(only, "G.k.1") == "2"


@pytest.mark.parametrize(
    ("changes", "faulty"),
    [
        ({"event": {"narrative": None}}, {("H.1", "H", "required and missing")}),
        ({"coded": None}, {(f"E.i.2.1{one}", "E.i[1]", "required and missing") for one in "ab"}),
        ({"coded": {"dictionary": "CTCAE", "version": "5.0", "code": "", "term": "Lung infection"}},
         {(f"E.i.2.1{one}", "E.i[1]", "required and missing") for one in "ab"}),
        ({"doses": [], "assessment": None, "event": {"causality": [], "concomitant_medication_ids": []}},
         {("G.k.1", "G.k", "at least one drug must be suspect")}),
        ({"site": {"code": "BER", "country": "Germany"}},
         {("C.2.r.3", "C/C.2.r[1]", "not of the form, code list or length of this element"),
          ("E.i.9", "E.i[1]", "not of the form, code list or length of this element")}),
    ],
)  # fmt: skip
def test_what_a_report_lacks_is_named_with_its_place(changes, faulty):
    assert {(one.element, one.where, one.fault) for one in check.faults(report(case(**changes)))} == faulty


@pytest.mark.parametrize(
    ("onset", "age"), [("2026-03", (11, "a")), ("2026", (12, "a")), ("2015-12-31", (19, "mo")), ("2014-05", (0, "mo"))]
)
def test_the_age_is_told_as_far_as_the_onset_is_known(onset, age):
    told = report(case(event={"started_on": onset}))["D"]
    assert (told["D.2.2a"]["value"], told["D.2.2b"]["value"]) == age


def test_an_event_that_is_serious_for_nobody_or_entered_in_error_is_not_reported():
    assert case().serious
    assert not case(event={"entered_in_error": True}).serious
    assert not case(event={"serious": False, "seriousness_criteria": []}, assessment=None).serious
    assert case(event={"serious": False, "seriousness_criteria": []}).serious


def test_the_message_is_the_same_bytes_again_and_escapes_what_was_written():
    first, again = (message.written(report(case()), receiver="GATEWAY") for _ in range(2))
    assert first == again
    root = ElementTree.fromstring(first)
    assert root.tag == f"{HL7}MCCI_IN200100UV01"
    event = root.find(f".//{HL7}investigationEvent")
    assert event.findtext(f"{HL7}text") == "Day 20 of treatment. Fever & cough."
    words = [one.text for one in event.iter(f"{HL7}value") if one.text]
    assert "Pneumonia <severe> & effusion" in words


def test_what_xml_cannot_hold_is_replaced():
    made = message.written(report(case(event={"narrative": "a\ufffeb\x0bc\U0001f600\td"})), receiver="GATEWAY")
    assert (
        ElementTree.fromstring(made).findtext(f".//{HL7}investigationEvent/{HL7}text") == "a\ufffdb\ufffdc\U0001f600\td"
    )


def test_every_special_situation_is_told():
    made = report(case(event={"special_situations": ["pregnancy", "medication_error", "overdose"]}))
    assert check.faults(made) == ()
    suspect, concomitant = made["G.k"]
    assert [sent(one, "G.k.10.r") for one in suspect["G.k.10.r"]] == ["2", "7"]
    assert "G.k.10.r" not in concomitant
    assert made["H"]["H.4"]["value"] == "Reported within seven days\nSpecial situation: pregnancy of the patient."
    root = ElementTree.fromstring(message.written(made, receiver="GATEWAY"))
    observed = [one for one in root.iter(f"{HL7}observation") if one.find(f"{HL7}code").get("code") == "9"]
    assert [one.find(f"{HL7}value").get("code") for one in observed] == ["2", "7"]


def test_a_result_below_a_limit_is_an_open_interval():
    root = ElementTree.fromstring(message.written(report(case()), receiver="GATEWAY"))
    values = [
        one
        for one in root.iter(f"{HL7}value")
        if one.get("{http://www.w3.org/2001/XMLSchema-instance}type") == "IVL_PQ"
    ]
    [bounds] = [{part.tag.removeprefix(HL7): dict(part.attrib) for part in one} for one in values]
    assert bounds == {
        "low": {"nullFlavor": "NINF"},
        "high": {"value": "5", "unit": "mg/L", "inclusive": "false"},
    }


def test_an_independent_reader_of_e2b_finds_in_the_message_what_the_report_tells():
    made = report(case())
    [read] = e2br3.parse(message.written(made, receiver="GATEWAY")).messages
    told, patient, [reaction] = read.icsr, read.icsr.patient, read.icsr.reactions
    assert (read.receiver, told.safety_report_id, told.report_type.code) == ("GATEWAY", sent(made["C"], "C.1.1"), "2")
    assert (told.creation_date.value, told.most_recent_date.raw) == (case().made_at, "20260305")
    assert (patient.name, patient.age.value, patient.age.unit, patient.sex.code) == ("P-00001", 11, "a", "2")
    assert (reaction.id, reaction.translated_term) == (EVENT, "Pneumonia <severe> & effusion")
    assert (reaction.meddra.code, reaction.meddra.code_system_version) == ("90000001", "28.0")
    assert (reaction.life_threatening, reaction.hospitalisation, reaction.outcome.code) == (True, True, "2")
    assert reaction.results_in_death.null_flavor == "NI"
    assert told.narrative == made["H"]["H.1"]["value"]


def test_an_independent_reader_joins_each_drug_to_its_role_doses_and_assessments():
    [read] = e2br3.parse(message.written(report(case()), receiver="GATEWAY")).messages
    suspect, concomitant = read.icsr.drugs
    assert [(one.product_name, one.role.code) for one in (suspect, concomitant)] == [
        ("Baricitinib", "1"), ("Prednisolone", "2"),
    ]  # fmt: skip
    assert (suspect.action_taken.code, suspect.dosages[0].text) == ("1", "2 mg, 2 a day")
    [related] = suspect.relatedness
    assert (related.reaction_id, related.reaction_index) == (EVENT, 0)
    assert [(one.source.original_text, one.method.original_text, one.result) for one in related.assessments] == [
        ("Investigator", "WHO-UMC", "Possible"), ("Sponsor", "ICH E2A", "Reasonable possibility"),
    ]  # fmt: skip
    assert concomitant.relatedness == []
