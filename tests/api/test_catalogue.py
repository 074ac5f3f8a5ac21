"""The dictionary for programs: analytes, forms and edit checks."""

from __future__ import annotations

from registry.domain.edit_check_rules import RULES
from tests.conftest import World


def test_every_analyte_is_told_with_the_units_that_are_accepted(shared_world: World) -> None:
    told = {entry["code"]: entry for entry in shared_world.partner.get("/v1/analytes").json}
    assert told["CK"]["loinc"] == "2157-6"
    assert told["CK"]["units"][0] == "U/L"
    assert set(told["SIGLEC1"]["standard_units"]) == {"{mAb}/{cell}", "{MFI}"}
    assert {"LDH", "AST", "ALT", "ALDOLASE", "CXCL10", "GALECTIN9", "NEOPTERIN", "BKVPLASMA"} <= told.keys()


def test_every_form_is_told_with_its_fields(shared_world: World) -> None:
    told = {form["name"]: {field["name"]: field for field in form["columns"]}
            for form in shared_world.partner.get("/v1/forms").json}  # fmt: skip
    assert len(told) == 7
    cmas = told["muscle_strength"]["cmas_total"]
    assert (cmas["minimum"], cmas["maximum"], cmas["type"], cmas["unit"]) == (0, 52, "integer", "{score}")
    pain = told["disease_activity"]["pain"]
    assert (pain["maximum"], pain["decimals"], pain["type"]) == (10, 1, "decimal")
    assert told["disease_activity"]["physician_global_scale"]["codes"].keys() == {"vas", "likert"}
    assert all(field["words"] for form in told.values() for field in form.values())


def test_every_edit_check_is_told_with_its_kind_and_source(shared_world: World) -> None:
    told = {check["rule"]: check for check in shared_world.partner.get("/v1/edit-checks").json}
    assert told.keys() == RULES.keys()
    assert told["ck_above_50_uln"]["kind"] == "soft"
    assert told["visit_in_the_future"]["kind"] == "hard"
    assert all(check["sentence"] and check["source"] for check in told.values())


def test_every_role_reads_the_dictionary(shared_world: World) -> None:
    for person in shared_world.people.values():
        for path in ("/v1/analytes", "/v1/forms", "/v1/edit-checks"):
            assert person.get(path).status_code == 200


def test_a_measure_with_a_direction_says_what_a_higher_number_means(shared_world: World) -> None:
    forms = shared_world.partner.get("/v1/forms").json
    higher = {field["name"]: field["higher"] for form in forms for field in form["columns"]}
    assert higher["promis_pain_interference"] == higher["promis_fatigue"] == "worse"
    assert higher["promis_mobility"] == higher["promis_upper_extremity"] == higher["promis_global_health"] == "better"
    assert (higher["cmas_total"], higher["chaq_index"], higher["nailfold_density"]) == ("better", "worse", "better")
    assert (higher["cmas_pick_up"], higher["das_total"], higher["height"]) == ("better", "worse", None)
