"""How alerts are kept as they are asked for: raised, brought up to date, resolved, and left as they were acknowledged."""

from decimal import Decimal

import pytest

from registry.domain.laboratory_alert import LABORATORY_ALERT, Alert, Wanted, changes


def alert(kind="grade", grade=3, analyte="PLAT", **said):
    return Alert(kind=kind, rule="a-rule", rule_version="1", analyte=analyte, grade=grade, **said)


def as_kept(one, status="open", **said):
    values = {name: value for name, value in one.values().items() if value is not None}
    return {"id": "an-alert", "status": status, **values, **said}


def test_what_is_asked_for_and_kept_already_is_not_written_again():
    one = alert(measured=Decimal("40.0"), unit="10*9/L")
    assert changes(Wanted("v", (one,)), [as_kept(one)]) == changes(Wanted("v"), [])
    [worse] = changes(Wanted("v", (alert(grade=4),)), [as_kept(one)]).updated
    assert (worse["id"], worse["status"], worse["grade"], worse["urgency"]) == ("an-alert", "open", 4, 1)


def test_of_two_results_of_an_analyte_the_worse_is_asked_about():
    [raised] = changes(Wanted("v", (alert(), alert(grade=4), alert(grade=None))), []).raised
    assert (raised["grade"], raised["visit_id"], raised["status"]) == (4, "v", LABORATORY_ALERT.first)


@pytest.mark.parametrize(("worse_when", "measured"), [(1, 9), (-1, 4)])
def test_of_two_results_of_one_grade_the_worse_value_is_asked_about(worse_when, measured):
    values = ({"measured": Decimal(one), "unit": "10*9/L", "worse_when": worse_when} for one in (6, measured, 5))
    [raised] = changes(Wanted("v", tuple(alert(**one) for one in values)), []).raised
    assert raised["measured"] == measured


def test_a_rule_that_failed_ends_nothing():
    assert changes(Wanted("v", unknown=frozenset({"grade"})), [as_kept(alert())]).updated == ()
    [ended] = changes(Wanted("v"), [as_kept(alert())]).updated
    assert ended["status"] == "resolved"


def test_what_was_acknowledged_is_asked_again_only_where_the_grade_is_higher():
    seen = as_kept(alert(grade=3), status="acknowledged")
    for grade, raised in ((2, 0), (3, 0), (4, 1)):
        assert len(changes(Wanted("v", (alert(grade=grade),)), [seen]).raised) == raised
    waiting = as_kept(alert(grade=4))
    assert [one["status"] for one in changes(Wanted("v", (alert(grade=3),)), [seen, waiting]).updated] == ["resolved"]


@pytest.mark.parametrize(
    ("seen", "now", "worse_when", "again"),
    [
        (("7.9", "g/dL"), ("7.1", "g/dL"), -1, True),
        (("7.9", "g/dL"), ("7.11", "g/dL"), -1, False),
        (("7.9", "g/dL"), ("3.0", "g/dL"), -1, True),
        (("7.9", "g/dL"), ("9.9", "g/dL"), -1, False),
        (("7.9", "g/dL"), ("78", "g/L"), -1, False),
        (("7.9", "g/dL"), ("30", "g/L"), -1, True),
        (("7.9", "g/dL"), ("3.0", "furlong"), -1, False),
        (("600", "g/L"), ("660", "g/L"), 1, False),
        (("600", "g/L"), ("661", "g/L"), 1, True),
        (("-0.5", "g/L"), ("-0.56", "g/L"), -1, True),
        (("0", "g/L"), ("1", "g/L"), 1, True),
    ],
)
def test_what_was_acknowledged_is_asked_again_where_the_value_is_worse_by_more_than_a_tenth(
    seen, now, worse_when, again
):
    acknowledged = as_kept(alert(measured=Decimal(seen[0]), unit=seen[1], analyte="HGB"), status="acknowledged")
    asked = alert(measured=Decimal(now[0]), unit=now[1], analyte="HGB", worse_when=worse_when)
    assert bool(changes(Wanted("v", (asked,)), [acknowledged]).raised) is again
    growth = alert("growth", None, None, measured=Decimal(-1), unit="{z-score}", worse_when=-1)
    slow = as_kept(alert("growth", None, None, measured=Decimal(3), unit="cm/a"), status="acknowledged")
    assert changes(Wanted("v", (growth,)), [slow]).raised == ()
    worst = as_kept(alert(measured=asked.measured, unit=asked.unit, analyte="HGB"), status="acknowledged")
    assert changes(Wanted("v", (asked,)), [acknowledged, worst]).raised == ()


@pytest.mark.parametrize(
    ("one", "urgency"),
    [
        (alert("hold", None), 1),
        (alert("grade", 4), 1),
        (alert("grade", 3), 2),
        (alert("grade", 2), 3),
        (alert("shift", 2), 2),
        (alert("virus", None), 2),
        (alert("growth", None, None), 3),
        (alert("trend", 1), 3),
    ],
)
def test_a_hold_and_a_life_threatening_grade_come_first(one, urgency):
    assert one.urgency == urgency
