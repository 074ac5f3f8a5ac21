"""The items of the instruments add up to the published maxima and their field names are usable as they stand."""

import re

from registry.domain import items
from registry.domain.diagnostic_items import DIAGNOSTIC_ITEMS

EVERYTHING = (
    *items.MMT8_ITEMS,
    *items.MMT26_PARTS,
    *items.CMAS_ITEMS,
    *items.CDASI_ACTIVITY_ITEMS,
    *items.CDASI_DAMAGE_ITEMS,
    *items.DAS_SKIN_ITEMS,
    *items.DAS_MUSCLE_ITEMS,
    *items.ACAT_ITEMS,
    *items.NAILFOLD_ITEMS,
    *items.CHAQ_DOMAINS,
    *items.CHAQ_AIDS,
    *items.PROMIS_ITEMS,
    *items.MDAAT_ORGANS,
    *items.MDI_SEVERITY_ITEMS,
    *DIAGNOSTIC_ITEMS,
)


def maxima(counted):
    return sum(item.maximum for item in counted if item.kind != "flag")


def test_the_14_items_of_the_cmas_add_up_to_52():
    assert [item.maximum for item in items.CMAS_ITEMS] == [5, 2, 5, 3, 6, 3, 3, 4, 3, 4, 4, 4, 3, 3]
    assert maxima(items.CMAS_ITEMS) == items.CMAS_FULL_MAXIMUM == 52


def test_mmt8_is_80_on_one_side_and_150_on_both():
    for side in items.SIDES:
        assert maxima((items.MMT8_AXIAL, *items.MMT8_BY_SIDE[side])) == items.MMT8_UNILATERAL_MAXIMUM == 80
    assert maxima(items.MMT8_ITEMS) == items.MMT8_BILATERAL_MAXIMUM == 150


def test_mmt26_is_260_of_its_axial_proximal_and_distal_muscles():
    assert [item.maximum for item in items.MMT26_PARTS] == [20, 160, 80]
    assert maxima(items.MMT26_PARTS) == items.MMT26_MAXIMUM == 260


def test_cdasi_is_100_for_activity_with_doubled_erythema_and_32_for_damage():
    assert len(items.CDASI_SITES) == 15
    assert (
        maxima(items.CDASI_ACTIVITY_ITEMS) + items.CDASI_HANDS_ERYTHEMA.maximum == items.CDASI_ACTIVITY_MAXIMUM == 100
    )
    assert maxima(items.CDASI_DAMAGE_ITEMS) == items.CDASI_DAMAGE_MAXIMUM == 32


def test_das_is_9_for_skin_and_11_for_muscle_of_20():
    assert maxima(items.DAS_SKIN_ITEMS) == items.DAS_SKIN_MAXIMUM == 9
    assert maxima(items.DAS_MUSCLE_ITEMS) == items.DAS_MUSCLE_MAXIMUM == 11
    assert items.DAS_MAXIMUM == 20


def test_mdi_severity_is_110_over_eleven_organs():
    assert len(items.MDI_SEVERITY_ITEMS) == 11
    assert maxima(items.MDI_SEVERITY_ITEMS) == items.MDI_SEVERITY_MAXIMUM


def test_nailfold_has_eight_fingers_and_chaq_eight_domains_each_with_its_aid():
    assert len(items.NAILFOLD_ITEMS) == 8
    assert [f"{domain.field}_aid" for domain in items.CHAQ_DOMAINS] == list(items.fields(items.CHAQ_AIDS))


def test_field_names_are_unique_and_fit_a_postgresql_column():
    names = items.fields(EVERYTHING)
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{1,62}", name) for name in names)
