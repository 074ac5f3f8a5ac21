"""The severity of damage by the MDI."""

from decimal import Decimal

from registry.domain import items
from registry.domain.damage import mdi_severity

WORST = {item.field: Decimal(10) for item in items.MDI_SEVERITY_ITEMS}


def test_eleven_scales_make_at_most_110():
    assert mdi_severity(WORST).value == 110


def test_a_missing_scale_makes_no_total():
    assert mdi_severity({**WORST, "mdi_ocular_severity": None}).missing == ("mdi_ocular_severity",)


def test_a_total_is_taken_as_stated_without_scales_and_held_to_them_with_scales():
    assert mdi_severity({"mdi_severity_total": Decimal("12.5")}).value == Decimal("12.5")
    assert mdi_severity({**WORST, "mdi_severity_total": Decimal("109.9")}).value is None
