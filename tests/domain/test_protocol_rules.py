"""Rules across the fields of a protocol: each broken rule with its place, and none where the definition is right."""

from __future__ import annotations

from typing import Any

import pytest

from registry.domain.protocol_rules import broken_rules, occurrences


def planned(event: str, target_day: int, **changes: Any) -> dict[str, Any]:
    return {
        "event": event,
        "anchor": "baseline",
        "target_day": target_day,
        "window_before": 3,
        "window_after": 3,
    } | changes


def arm(code: str, ratio: int = 1, product: str | None = None) -> dict[str, Any]:
    return {"code": code, "ratio": ratio, "product": product}


def definition(**changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "arms": [], "schedule": [planned("week_0", 0), planned("week_4", 28)], "eligibility": [], "stratification": [],
        "randomisation": None, "blinding": None, "consent_documents": [],
    }  # fmt: skip
    return usual | changes


def trial(**changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "arms": [arm("one", 2, "baricitinib"), arm("two", 1, "placebo")],
        "schedule": [planned("week_0", 0), planned("week_4", 28, anchor="randomisation")],
        "randomisation": {"method": "permuted_blocks", "baseline_event": "week_0"},
        "blinding": {"masking": "double_blind", "products": ["baricitinib", "placebo"]},
    }
    return definition(**(usual | changes))


def told(what: dict[str, Any]) -> dict[str, str]:
    return {"/" + "/".join(map(str, broken.steps)): broken.code for broken in broken_rules(what)}


@pytest.mark.parametrize("right", [definition(), trial(), definition(schedule=[])])
def test_a_definition_that_makes_sense_breaks_no_rule(right: dict[str, Any]) -> None:
    assert told(right) == {}


def test_a_repetition_is_planned_as_the_events_of_its_weeks() -> None:
    repeated = planned("week_24", 168, repeat_every=84, repeat_until=400, window_before=14, window_after=14)
    found = [(one.event, one.target, one.opens, one.closes) for one in occurrences([repeated])]
    assert found == [("week_24", 168, 154, 182), ("week_36", 252, 238, 266), ("week_48", 336, 322, 350)]


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ([planned("week_4", 28), planned("week_4", 28, anchor="randomisation")],
         {"/schedule/1/event": "event_repeated", "/schedule/1/anchor": "no_randomisation"}),
        ([planned("week_12", 84, repeat_every=84, repeat_until=252), planned("week_24", 168)],
         {"/schedule/1/event": "event_repeated", "/schedule/1/target_day": "windows_out_of_order"}),
        ([planned("week_4", 28), planned("screening", 28)], {"/schedule/1/target_day": "windows_out_of_order"}),
        ([planned("week_4", 28), planned("week_6", 42, window_before=17)], {"/schedule/1/window_before": "windows_out_of_order"}),
        ([planned("week_4", 28), planned("week_6", 42, window_before=16)], {}),
        ([planned("week_4", 28, window_after=17), planned("week_6", 42)], {"/schedule/1/window_after": "windows_out_of_order"}),
        ([planned("week_4", 28, window_after=16), planned("week_6", 42)], {}),
        ([planned("week_8", 56), planned("week_4", 28)], {}),
        ([planned("week_4", 29), planned("screening", -14)], {"/schedule/0/target_day": "not_of_its_week"}),
        ([planned("week_104", 730), planned("follow_up", 758)], {"/schedule/0/target_day": "not_of_its_week"}),
        ([planned("week_24", 168, repeat_every=84)], {"/schedule/0/repeat_until": "repetition_incomplete"}),
        ([planned("week_24", 168, repeat_until=840)], {"/schedule/0/repeat_every": "repetition_incomplete"}),
        ([planned("week_24", 168, repeat_every=84, repeat_until=251)], {"/schedule/0/repeat_until": "repetition_empty"}),
        ([planned("week_24", 168, repeat_every=84, repeat_until=252)], {}),
        ([planned("week_24", 169, repeat_every=84, repeat_until=840)], {"/schedule/0/event": "repetition_not_weekly"}),
        ([planned("screening", 0, repeat_every=84, repeat_until=840)], {"/schedule/0/event": "repetition_not_weekly"}),
        ([planned("week_24", 168, repeat_every=80, repeat_until=840)], {"/schedule/0/repeat_every": "no_such_week"}),
        ([planned("week_104", 728, repeat_every=42, repeat_until=840)], {"/schedule/0/repeat_every": "no_such_week"}),
    ],
)  # fmt: skip
def test_a_schedule_plans_each_event_once_and_in_order(schedule: list[dict[str, Any]], said: dict[str, str]) -> None:
    assert told(definition(schedule=schedule)) == said


BLOCKS = {"method": "permuted_blocks", "baseline_event": "week_0"}
MINIMISED = {"method": "minimisation", "baseline_event": "week_0"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"randomisation": MINIMISED}, {}),
        ({"randomisation": BLOCKS | {"baseline_event": "week_2"}}, {"/randomisation/baseline_event": "baseline_not_planned"}),
        ({"randomisation": BLOCKS | {"baseline_event": "week_4"}}, {"/randomisation/baseline_event": "baseline_not_planned"}),
        ({"arms": [arm("one", 3, "baricitinib")]}, {"/arms": "too_few_products"}),
        ({"arms": [arm("one", 3)], "blinding": None}, {"/arms": "too_few_arms"}),
        ({"arms": [], "blinding": None}, {"/arms": "too_few_arms"}),
        ({"arms": [arm("one", 2, "baricitinib"), arm("two")]}, {"/arms": "too_few_products"}),
        ({"arms": [arm("one", 2, "tofacitinib"), arm("two", 1, "placebo")]}, {"/blinding/products": "product_not_blinded"}),
        ({"blinding": {"masking": "open_label", "products": ["placebo"]}}, {"/blinding/products": "nothing_blinded"}),
        ({"blinding": {"masking": "open_label", "products": []}}, {}),
        ({"arms": [arm("one", 2, "baricitinib"), arm("one", 1, "placebo")]},
         {"/arms/0/code": "code_repeated", "/arms/1/code": "code_repeated"}),
        ({"randomisation": None}, {"/schedule/1/anchor": "no_randomisation"}),
    ],
)  # fmt: skip
def test_allocation_and_blinding_have_the_arms_sizes_and_products_they_need(
    changes: dict[str, Any], said: dict[str, str]
) -> None:
    assert told(trial(**changes)) == said


def level(code: str) -> dict[str, Any]:
    return {"code": code}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"eligibility": [level("age"), level("age")]},
         {"/eligibility/0/code": "code_repeated", "/eligibility/1/code": "code_repeated"}),
        ({"stratification": [{"code": "weight", "levels": [level("light")]}]}, {"/stratification/0/levels": "too_few_levels"}),
        ({"stratification": [{"code": "weight", "levels": [level("light"), level("light")]}]},
         {"/stratification/0/levels/0/code": "code_repeated", "/stratification/0/levels/1/code": "code_repeated"}),
    ],
)  # fmt: skip
def test_codes_stand_once_and_a_factor_has_levels(changes: dict[str, Any], said: dict[str, str]) -> None:
    assert told(definition(**changes)) == said


def document(**changes: Any) -> dict[str, Any]:
    return {"document_version": "1.0", "kind": "consent", "language": "en", "valid_from": "2025-01-01"} | changes


def test_a_document_is_valid_in_order_and_named_once() -> None:
    documents = [
        document(),
        document(site_code="BER"),
        document(kind="assent", valid_until="2024-12-31", reconsent_by="2025-01-01"),
        document(language="en", reconsent_by="2024-12-31"),
    ]
    assert told(definition(consent_documents=documents)) == {
        "/consent_documents/2/valid_until": "before_validity",
        "/consent_documents/3/reconsent_by": "before_validity",
        "/consent_documents/3/document_version": "document_repeated",
    }


def test_nothing_is_told_about_fields_that_could_not_be_read() -> None:
    unread = {name: value for name, value in trial(arms=[]).items() if name not in ("arms", "schedule")}
    assert told(unread) == {}
