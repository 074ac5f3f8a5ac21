"""What the rules of disease states read from a visit: totals as given or of their items, by the constants of the study."""

from decimal import Decimal

import pytest

from registry.domain import items
from registry.domain.course import Visit
from registry.domain.derivations import diagnosis
from registry.domain.derivations import state_measures as read_from
from registry.domain.functioning import CHAQ
from registry.domain.rules import overriding
from tests.domain import treatment_course as kept

DOMAINS = items.fields(items.CHAQ_DOMAINS)
CMAS = {item.field: item.maximum for item in items.CMAS_ITEMS}
ONE_SIDE = (items.MMT8_AXIAL, *items.MMT8_BY_SIDE["right"])


def visit(**forms):
    return Visit(kept.visit("2026-01-10") | {"forms": forms})


@pytest.mark.parametrize(
    ("form", "maximum"),
    [
        (CMAS, 52),
        (CMAS | {"cmas_maximum": 49}, 49),
        ({"cmas_total": 40}, None),
        ({name: score for name, score in CMAS.items() if name != "cmas_pick_up"}, None),
    ],
)
def test_a_cmas_of_all_its_items_is_out_of_52(form, maximum):
    assert read_from.cmas_maximum(visit(muscle_strength=form)).value == maximum


def test_a_cmas_of_its_items_alone_tells_the_risk():
    low = dict.fromkeys(CMAS, 1)
    at = kept.visit("2026-01-10") | {"forms": {"muscle_strength": low}}
    (risk,) = diagnosis.of_visit(kept.course((at,)), Visit(at))
    assert (risk.result.category, risk.result.details.present) == ("high_risk", ("cmas_total",))


@pytest.mark.parametrize(("stated", "value"), [("0.83", Decimal(5) / 6), ("0.84", None)])
def test_the_domains_decide_over_an_index_that_was_stated_rounded(stated, value):
    form = dict(zip(DOMAINS, (1, 1, 1, 1, 1, 0), strict=False)) | {"chaq_index": Decimal(stated)}
    read = read_from.chaq(visit(functioning=form), CHAQ)
    assert (read.value, read.reason is None) == (value, value is not None)


def test_an_index_is_made_by_the_constants_of_the_study():
    aided = visit(functioning=dict.fromkeys(DOMAINS, 0) | {"chaq_grip_aid": True})
    assert read_from.chaq(aided, CHAQ).value == Decimal("0.25")
    assert read_from.chaq(aided, overriding(CHAQ, {"level_with_aid": 3})).value == Decimal("0.375")
    few = visit(functioning=dict.fromkeys(DOMAINS[:7], 1))
    assert read_from.chaq(few, overriding(CHAQ, {"minimum_domains": 8})).value is None


@pytest.mark.parametrize(("muscles", "maximum"), [(ONE_SIDE, 80), ((*ONE_SIDE, *items.MMT8_BY_SIDE["left"]), 150)])
def test_an_mmt8_is_made_of_its_muscles_on_the_scale_that_is_said(muscles, maximum):
    form = {item.field: 9 for item in muscles}
    said = visit(muscle_strength=form | {"mmt8_maximum": maximum})
    assert read_from.mmt8_on(said, Decimal(maximum)).value == 9 * len(muscles)
    assert read_from.mmt8(visit(muscle_strength=form)).value is None
