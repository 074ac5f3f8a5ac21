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
