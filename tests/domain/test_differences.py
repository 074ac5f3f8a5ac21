"""Differences say field by field what changed, and applied to the image before they give the image after."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from registry.domain.differences import Difference, between


def test_a_changed_a_new_and_a_removed_field_are_told():
    before = {"status": "draft", "comment": "x", "forms": {"vital_signs": {"height": Decimal("131.5")}}}
    after = {"status": "complete", "forms": {"vital_signs": {"height": Decimal("132"), "weight": Decimal("30")}}}
    assert between(before, after) == [
        Difference("/status", "draft", "complete"),
        Difference("/comment", "x", None),
        Difference("/forms/vital_signs/height", Decimal("131.5"), Decimal("132")),
        Difference("/forms/vital_signs/weight", None, Decimal("30")),
    ]


def test_a_new_record_differs_in_every_field_it_has():
    assert between(None, {"a": 1, "b": {"c": 2}, "d": None}) == [Difference("/a", None, 1), Difference("/b/c", None, 2)]


def test_absent_and_null_are_the_same():
    assert between({"a": None, "b": {}}, {}) == []
    assert between({"codes": [{"code": "x", "strength": None}]}, {"codes": [{"code": "x"}]}) == []


def test_numbers_are_equal_by_value_and_true_is_not_one():
    assert between({"a": Decimal("1.0")}, {"a": 1}) == []
    assert between({"a": True}, {"a": 1}) == [Difference("/a", True, 1)]


def test_members_with_an_id_are_matched_by_it_whatever_their_order():
    before = {"laboratory_results": [{"id": "r1", "value": 3}, {"id": "r2", "value": 5}]}
    after = {"laboratory_results": [{"id": "r3", "value": 7}, {"id": "r2", "value": 6}, {"id": "r1", "value": 3}]}
    assert between(before, after) == [
        Difference("/laboratory_results/r2/value", 5, 6),
        Difference("/laboratory_results/r3/value", None, 7),
    ]


def test_a_list_without_ids_is_one_value():
    assert between({"codes": ["a", "b"]}, {"codes": ["b", "a"]}) == [Difference("/codes", ["a", "b"], ["b", "a"])]


def test_an_empty_list_is_an_answer_and_null_is_none():
    assert between({"autoantibodies": None}, {"autoantibodies": []}) == [Difference("/autoantibodies", None, [])]


def test_a_removed_member_is_told_by_its_fields():
    before = {"laboratory_results": [{"id": "r1", "value": 3}]}
    assert between(before, {"laboratory_results": []}) == [Difference("/laboratory_results/r1/value", 3, None)]


def test_what_the_registry_keeps_is_left_out_of_records_and_members_only():
    before = {"version": 1, "changed_at": "x", "ctcae": {"version": "5.0"}, "results": [{"id": "r", "version": 1}]}
    after = {"version": 2, "changed_at": "y", "ctcae": {"version": "6.0"}, "results": [{"id": "r", "version": 2}]}
    assert between(before, after) == [Difference("/ctcae/version", "5.0", "6.0")]
    assert Difference("/version", 1, 2) in between(before, after, ignore=())


def test_names_are_escaped_in_a_pointer():
    assert between({}, {"a/b": {"c~d": 1}}) == [Difference("/a~1b/c~0d", None, 1)]


NAMES = st.sampled_from(["a", "b", "c", "m/n", "o~p", "version"])
SCALARS = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.decimals(-2, 2, places=1) | st.sampled_from(["", "x", "y"])
)
FLAT = st.dictionaries(NAMES, SCALARS, max_size=4)
MEMBERS = st.lists(
    st.builds(lambda identity, rest: rest | {"id": identity}, st.sampled_from(["r1", "r2", "r/3"]), FLAT),
    min_size=1,
    max_size=3,
    unique_by=lambda member: member["id"],
)
IMAGES = st.fixed_dictionaries(
    {}, optional={"a": SCALARS, "b": SCALARS, "form": FLAT, "forms": st.dictionaries(NAMES, FLAT), "results": MEMBERS,
                  "codes": st.lists(st.sampled_from(["x", "y"]), min_size=1, max_size=3)},
)  # fmt: skip


def leaves(value: Any, pointer: str = "") -> dict[str, Any]:
    """Spread an image into pointer -> value, members by their id, as a naive second reading of the same rule."""
    if isinstance(value, list) and any(isinstance(member, dict) for member in value):
        value = {member["id"]: {name: inner for name, inner in member.items() if name != "id"} for member in value}
    if not isinstance(value, dict):
        return {} if value is None else {pointer: (type(value) is bool, value)}
    steps = {name: name.replace("~", "~0").replace("/", "~1") for name in value}
    return {
        key: leaf for name, inner in value.items() for key, leaf in leaves(inner, f"{pointer}/{steps[name]}").items()
    }


@given(IMAGES, IMAGES)
def test_differences_applied_to_the_image_before_give_the_image_after(before, after):
    replayed = leaves(before)
    for difference in between(before, after, ignore=()):
        if difference.new is None:
            del replayed[difference.pointer]
        else:
            replayed[difference.pointer] = (type(difference.new) is bool, difference.new)
    assert replayed == leaves(after)


@given(IMAGES)
def test_an_image_does_not_differ_from_itself(image):
    assert between(image, image) == []


@given(IMAGES, IMAGES)
def test_differences_read_backwards_undo_them(before, after):
    forward = {(found.pointer, str(found.old), str(found.new)) for found in between(before, after)}
    backward = {(found.pointer, str(found.new), str(found.old)) for found in between(after, before)}
    assert forward == backward
