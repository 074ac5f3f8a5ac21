"""Each kind of field records what was sent or refuses it; nothing is turned into something else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from marshmallow import ValidationError

from registry.api import bodies
from registry.problems import MalformedRequest, RulesBroken
from registry.schemas.base import Record
from registry.schemas.fields import (
    Choice,
    Day,
    Exact,
    Id,
    ListOf,
    Moment,
    OneOfNumbers,
    Part,
    PartialDay,
    Text,
    Whole,
    YesNo,
    presenter,
)

ID = "0198c5a0-1111-7000-8000-000000000000"
KINDS: dict[str, Any] = {
    "whole": Whole(0, 10),
    "one of numbers": OneOfNumbers((38, 40)),
    "exact": Exact("0.5", 10, places=2),
    "yes or no": YesNo(),
    "text": Text(5),
    "code": Text(8, pattern="[A-Z]+"),
    "choice": Choice({"red": "Red", "blue": "Blue"}),
    "id": Id(),
    "day": Day(),
    "partial day": PartialDay(),
    "moment": Moment(),
    "list": ListOf(Choice({"red": "Red", "blue": "Blue"}), 2, distinct=True),
}


def codes(kind: str, sent: Any) -> set[str]:
    """Give the codes of the rules that a value breaks."""
    with pytest.raises(ValidationError) as refused:
        KINDS[kind].deserialize(sent)
    messages = refused.value.messages
    flat = messages if isinstance(messages, list) else [text for inner in messages.values() for text in inner]
    return {message.code for message in flat}


ACCEPTED: list[tuple[str, Any, Any]] = [
    ("whole", 0, 0),
    ("whole", 10, 10),
    ("one of numbers", 38, 38),
    ("exact", 5, Decimal(5)),
    ("exact", Decimal("0.5"), Decimal("0.5")),
    ("exact", Decimal("9.99"), Decimal("9.99")),
    ("exact", Decimal("9.9900"), Decimal("9.99")),
    ("exact", Decimal("1E+1"), Decimal(10)),
    ("yes or no", False, False),
    ("text", "a\nb", "a\nb"),
    ("text", "a\r\nb\rc", "a\nb\nc"),
    ("text", "a\r\n\r\nbc", "a\n\nbc"),
    ("text", "Ünï✓", "Ünï✓"),
    ("code", "ABC", "ABC"),
    ("choice", "red", "red"),
    ("id", ID, ID),
    ("id", ID.upper(), ID),
    ("day", "2026-02-28", date(2026, 2, 28)),
    ("day", "1990-01-01", date(1990, 1, 1)),
    ("partial day", "2019", "2019"),
    ("partial day", "2019-05", "2019-05"),
    ("partial day", "2020-02-29", "2020-02-29"),
    ("moment", "2026-05-04T08:30:00Z", datetime(2026, 5, 4, 8, 30, tzinfo=UTC)),
    ("moment", "2026-05-04t10:30:00.5+02:00", datetime(2026, 5, 4, 8, 30, 0, 500000, tzinfo=UTC)),
    ("list", [], []),
    ("list", ["blue", "red"], ["blue", "red"]),
]


@pytest.mark.parametrize(("kind", "sent", "kept"), ACCEPTED)
def test_a_value_of_its_kind_is_kept_as_it_was_sent(kind: str, sent: Any, kept: Any) -> None:
    accepted = KINDS[kind].deserialize(sent)
    assert accepted == kept
    assert type(accepted) is type(kept)


REFUSED: list[tuple[str, Any, str]] = [
    *(("whole", sent, "wrong_type") for sent in (Decimal("2.0"), 2.0, "5", True, False, [5], {}, Decimal("NaN"), float("inf"))),
    *(("whole", sent, "out_of_range") for sent in (-1, 11, 10**30)),
    *(("one of numbers", sent, "wrong_type") for sent in (Decimal("38.0"), "38", True)),
    ("one of numbers", 39, "not_in_list"),
    *(("exact", sent, "wrong_type") for sent in ("5", 5.0, True, Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), [], {})),
    *(("exact", sent, "out_of_range") for sent in (0, 11, Decimal("10.01"), Decimal("-0.5"), Decimal("1E+400"))),
    *(("exact", sent, "too_precise") for sent in (Decimal("9.999"), Decimal("1E-400"), Decimal("0.501"))),
    *(("yes or no", sent, "wrong_type") for sent in (1, 0, "true", "yes", "", [], Decimal(1))),
    *(("text", sent, "wrong_type") for sent in (5, True, ["a"], {})),
    *(("text", sent, "wrong_length") for sent in ("", "abcdef", "   ", "\u2003", "\n")),
    *(("text", sent, "unprintable") for sent in ("a\x00", "\x07a", "a\x7f", "a\ud800", "\udfffa", "a\ufffe", "\uffffa")),
    ("code", "ABC\r", "unprintable"),
    *(("code", sent, "wrong_form") for sent in ("abc", "ABC\n", "A B", "ÄBC")),
    *(("choice", sent, "not_in_list") for sent in ("green", "RED", "red ", "", "\ud800", "\x00")),
    *(("choice", sent, "wrong_type") for sent in (1, True, ["red"], {"red": 1})),
    *(("id", sent, "wrong_type") for sent in (
        5, "", "x" * 36, ID.replace("-", ""), ID + " ", f"urn:{ID.replace('-', '')}", f"{{{ID[:-2]}}}",
        ID.replace("-", "") + "----", ID.replace("0", "\u0660"), "0x98c5a0-1111-7000-8000-000000000000",
    )),
    *(("day", sent, "wrong_type") for sent in (
        "2026-02-30", "2026-2-3", "2026-02", "20260203", "2026-W01-1", "2026-02-03T00:00:00Z", "1989-12-31", "2101-01-01",
        "٢٠٢٦-02-03", 20260203, "", " 2026-02-03",
    )),
    *(("partial day", sent, "wrong_type") for sent in ("19", "2019-13", "2019-5", "2021-02-29", "1989", "2101", 2019, "", "2019-")),
    *(("moment", sent, "wrong_type") for sent in (
        "2026-05-04T08:30:00", "2026-05-04 08:30:00Z", "2026-05-04", "2026-05-04T24:00:01Z", "2026-05-04T08:30:60Z",
        "2026-05-04T08:30Z", "2026-05-04T08:30:00+0200", "2026-05-04T08:30:00+25:00", "0001-01-01T00:00:00+23:00",
        "9999-12-31T23:59:59-23:00", 1777883400, "", "now",
    )),
    ("list", ["red", "red"], "repeated"),
    ("list", ["red", "blue", "red"], "too_many"),
    ("list", ["red", None], "null"),
    ("list", ["green"], "not_in_list"),
    *(("list", sent, "wrong_type") for sent in ("red", {"red": 1}, 5, [["red"]], [{}])),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "sent", "code"), REFUSED)
def test_a_value_of_another_kind_or_beyond_the_limits_is_refused(kind: str, sent: Any, code: str) -> None:
    assert codes(kind, sent) == {code}


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"list"}))
def test_null_is_accepted_where_a_field_is_optional(kind: str) -> None:
    assert KINDS[kind].deserialize(None) is None


@pytest.mark.parametrize(
    "field", [Whole(0, 1, required=True), Text(5, required=True), YesNo(empty=False), ListOf(Text(5), 2)]
)
def test_null_is_refused_where_a_field_is_not_optional(field: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        field.deserialize(None)
    assert [message.code for message in refused.value.messages] == ["null"]


class Inner(Record):
    number = Whole(0, 9, required=True)


class Outer(Record):
    part = Part(Inner)
    needed = Part(Inner, required=True)
    parts = ListOf(Part(Inner, required=True), 3)
    shown = Whole(0, 9, dump_only=True)
    empty = YesNo(empty=False)


@pytest.mark.parametrize(
    ("sent", "broken"),
    [
        ({}, {("/needed", "required")}),
        ({"needed": None}, {("/needed", "null")}),
        ({"needed": 5}, {("/needed", "wrong_type")}),
        ({"needed": {"number": 1}, "part": []}, {("/part", "wrong_type")}),
        ({"needed": {"number": 1}, "parts": None}, {("/parts", "null")}),
        ({"needed": {"number": 1}, "parts": [None]}, {("/parts/0", "null")}),
        ({"needed": {"number": 1}, "parts": [{"number": 1}, {}]}, {("/parts/1/number", "required")}),
        ({"needed": {"number": 1}, "parts": [{"number": 1}, 7]}, {("/parts/1", "wrong_type")}),
        ({"needed": {"number": 1}, "empty": None}, {("/empty", "null")}),
        (
            {"needed": {"number": 1, "more": 2}, "most": 3},
            {("/needed/more", "unknown_field"), ("/most", "unknown_field")},
        ),
    ],
)
def test_a_part_is_refused_with_the_place_of_what_is_wrong(sent: Any, broken: set[tuple[str, str]]) -> None:
    with pytest.raises(RulesBroken) as refused:
        Outer().accept(sent)
    assert {(rule.pointer, rule.code) for rule in refused.value.errors} == broken


def test_what_the_registry_sets_may_be_sent_back_and_is_not_taken() -> None:
    assert Outer().accept({"needed": {"number": 1}, "shown": "anything"}) == {"needed": {"number": 1}}


def test_what_was_not_sent_is_empty_in_the_whole_record() -> None:
    accepted = Outer().accept({"needed": {"number": 1}, "part": None})
    assert Outer().whole(accepted) == {"needed": {"number": 1}, "part": None, "parts": [], "empty": False}


@pytest.mark.parametrize(
    "text", [b'{"a": NaN}', b'{"a": Infinity}', b'{"a": -Infinity}', b'{"a": 1, "a": 2}', b"{", b"\xff", b"[" * 100_000]
)
def test_what_is_not_json_is_never_parsed(text: bytes) -> None:
    with pytest.raises(MalformedRequest):
        bodies.parsed(text)


def test_numbers_are_parsed_exactly() -> None:
    assert bodies.parsed(b'{"a": 0.1, "b": 1.10, "c": 1e2, "d": 3}') == {
        "a": Decimal("0.1"), "b": Decimal("1.10"), "c": Decimal("1E+2"), "d": 3,
    }  # fmt: skip


def test_a_moment_is_shown_in_utc_with_its_z() -> None:
    shown = presenter(Moment())
    assert shown is not None
    assert shown("2026-05-04T08:30:00.5+00:00") == "2026-05-04T08:30:00.5Z"
