"""What a derived value became, told from the values before and after a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from registry.domain.course import Input
from registry.domain.derived import Derived
from registry.domain.derived_history import Records, by_key, changes, undecided_again
from registry.domain.renal_function import EGFR
from registry.domain.rules import Result


def derived(value: str | None = "115.6", *, version: int = 1, **of_result: Any) -> Derived:
    result = Result(rule=EGFR, value=None if value is None else Decimal(value), **of_result)
    return Derived(result, (Input("visit", "a", version, ("/forms/vital_signs/height",)),))


def told(before: list[Derived], after: list[Derived]) -> list[tuple[Derived, bool]]:
    return [(change.derived, change.withdrawn) for change in changes(by_key(before), by_key(after))]


def test_a_value_that_stays_is_not_told() -> None:
    assert told([derived()], [derived("115.60")]) == []


@pytest.mark.parametrize(
    "after",
    [
        derived("57.8"),
        derived(version=2),
        derived(category="low"),
        derived(final=False),
        derived(missing=("height",)),
        derived(None),
        derived(reason="The height was carried forward."),
        derived(details="other"),
        replace(derived(), result=replace(derived().result, rule=replace(EGFR, overridden=("k",)))),
        replace(derived(), inputs=(Input("visit", "a", 1, ("/forms/vital_signs/weight",)),)),
    ],
    ids=[
        "value",
        "version of an input",
        "category",
        "final",
        "missing",
        "no value",
        "reason",
        "details",
        "overridden",
        "fields of an input",
    ],
)
def test_a_value_that_differs_is_told(after: Derived) -> None:
    assert told([derived()], [after]) == [(after, False)]


def test_a_value_that_is_derived_no_more_is_told_as_it_was() -> None:
    assert told([derived()], []) == [(derived(), True)]


def test_values_of_one_rule_are_told_apart_by_subject_and_then_by_place() -> None:
    several = [derived("1", subject="CK"), derived("2", subject="CK"), derived("3", subject="LDH")]
    changed = [derived("1", subject="CK"), derived("4", subject="CK"), derived("3", subject="LDH")]
    assert told(several, changed) == [(changed[1], False)]


def test_what_cannot_be_derived_again_is_undecided_by_its_rule_and_subject() -> None:
    again = undecided_again(by_key([derived("1", subject="CK")]), "Not of this release.")
    assert list(again) == [("egfr", "CK", 0)]
    (one,) = again.values()
    told = (one.result.value, one.result.final, one.result.reason, one.result.subject, one.inputs)
    assert told == (None, False, "Not of this release.", "CK", ())


def event(kind: str, record_id: str, after: dict[str, Any], day: int) -> dict[str, Any]:
    return {"kind": kind, "record_id": record_id, "after": after, "today": date(2025, 2, day)}


def test_records_stand_as_the_newest_event_left_them() -> None:
    known = Records()
    own = {"egfr": {"k": Decimal("0.5")}}
    known.add([event("study", "s", {"id": "s", "version": 3, "rule_constants": own}, 1)])
    assert known.images() is None
    known.add([event("participant", "p", {"id": "p"}, 2), event("visit", "v", {"id": "v", "version": 1}, 3)])
    known.add([event("visit", "v", {"id": "v", "version": 2}, 4), event("dose", "d", {"id": "d"}, 4)])
    assert known.images() == {
        "participant": {"id": "p"},
        "study": {"id": "s", "version": 3},
        "rule_constants": own,
        "today": "2025-02-04",
        "visits": [{"id": "v", "version": 2}],
        "doses": [{"id": "d"}],
        "concomitant_medications": [],
        "adverse_events": [],
    }
