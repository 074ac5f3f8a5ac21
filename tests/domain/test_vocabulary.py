"""The closed lists are immutable, worded and tied to each other."""

import re
from collections.abc import Mapping

import pytest

from registry.domain import autoantibodies, medications, vocabulary

LISTS = {name: value for name, value in vars(vocabulary).items() if name.isupper() and isinstance(value, Mapping)}


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_list_is_worded_and_cannot_be_changed(name):
    codes = LISTS[name]
    assert codes
    assert all(words for words in codes.values())
    with pytest.raises(TypeError):
        codes["new"] = "New"


def test_codes_are_snake_case():
    for name in LISTS.keys() - {"COMPARATORS", "CTCAE_VERSIONS", "CTCAE_GRADES"}:
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", code) for code in LISTS[name])


def test_cdisc_names_belong_to_codes_of_their_list():
    assert set(vocabulary.OUTCOME_CDISC) == set(vocabulary.OUTCOMES)
    assert set(vocabulary.ACTION_CDISC) == set(vocabulary.ACTIONS_TAKEN)
    assert set(vocabulary.SEX_CDISC) == set(vocabulary.SEX_AT_BIRTH)
    assert set(vocabulary.SERIOUSNESS_NCIT) <= set(vocabulary.SERIOUSNESS_CRITERIA)
    assert set(medications.ROUTE_CDISC) <= set(medications.ROUTES)
    assert medications.ROUTE_CDISC["intra_articular"] == "INTRA-ARTICULAR"


def test_the_survey_list_of_indications_is_complete():
    wanted = (
        "refractory_skin refractory_muscle unable_to_wean_steroids intolerance calcinosis ild gastrointestinal other"
    )
    assert list(vocabulary.INDICATIONS) == wanted.split()


def test_a_medication_is_known_by_its_class():
    assert medications.MEDICATIONS["methotrexate"].kind == "conventional_immunosuppressant"
    assert "prednisone" in {medication.code for medication in medications.of_class("glucocorticoid")}
    assert {medication.kind for medication in medications.MEDICATIONS.values()} == set(medications.CLASSES)


def test_autoantibodies_are_specific_or_associated():
    kinds = [antibody.kind for antibody in autoantibodies.AUTOANTIBODIES.values()]
    assert (kinds.count("specific"), kinds.count("associated")) == (15, 9)
    assert autoantibodies.AUTOANTIBODIES["nxp2"].cdisc == "MJ ANTIGEN"
