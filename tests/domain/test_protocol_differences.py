"""What differs between two versions of a protocol, field by field."""

from __future__ import annotations

from registry.domain import protocol_differences

WEEKS = [{"event": "week_0", "window_after": 14}, {"event": "week_12", "window_after": 7, "required_forms": ["damage"]}]


def test_entries_are_matched_by_their_code_wherever_they_stand() -> None:
    widened = [WEEKS[1] | {"window_after": 14}, WEEKS[0]]
    found = protocol_differences.between({"schedule": WEEKS, "number": "1"}, {"schedule": widened, "number": "2"})
    assert [(one.pointer, one.old, one.new) for one in found] == [
        ("/schedule/week_12/window_after", 7, 14),
        ("/number", "1", "2"),
    ]


def test_an_entry_that_comes_or_goes_is_told_field_by_field() -> None:
    found = protocol_differences.between({"schedule": WEEKS}, {"schedule": WEEKS[:1]})
    assert [(one.pointer, one.new) for one in found] == [
        ("/schedule/week_12/event", None),
        ("/schedule/week_12/window_after", None),
        ("/schedule/week_12/required_forms", None),
    ]


def test_levels_are_matched_within_their_factor_and_documents_by_what_names_them() -> None:
    factor = {"code": "weight", "levels": [{"code": "light", "name": "Light"}]}
    document = {
        "document_version": "1.0",
        "kind": "assent",
        "language": "de",
        "site_code": "BER",
        "valid_from": "2025-01-01",
    }
    old = {"stratification": [factor], "consent_documents": [document]}
    new = {
        "stratification": [factor | {"levels": [{"code": "light", "name": "Below 30 kg"}]}],
        "consent_documents": [document | {"valid_from": "2026-01-01"}],
    }
    assert [one.pointer for one in protocol_differences.between(old, new)] == [
        "/stratification/weight/levels/light/name",
        "/consent_documents/1.0 assent de BER/valid_from",
    ]


def test_a_first_version_differs_from_none_in_all_that_it_says() -> None:
    assert [one.pointer for one in protocol_differences.between(None, {"number": "1.0", "id": "x"})] == ["/number"]
