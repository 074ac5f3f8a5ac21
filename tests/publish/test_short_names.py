"""Names and labels for formats that take no long ones."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from pandas.io.stata import StataWriter

from registry.domain.deidentification import PROFILES
from registry.publish.extracts import names
from registry.publish.extracts.formats.arrays import value_labels
from registry.publish.extracts.formats.limits import LONG_TEXTS, held_by
from registry.publish.extracts.released import EVERY_FILE, columns_of
from tests.publish.tables import column

RELEASED = [(file, columns_of(file, profile)) for profile in PROFILES.values() for file in EVERY_FILE]
STATA_RESERVED = StataWriter("", pd.DataFrame({"value": [1]})).RESERVED_WORDS
SPSS_RESERVED = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}


def test_a_name_that_fits_stays_and_another_keeps_its_first_letters_and_its_last_word() -> None:
    columns = [column(name, "", "text") for name in ("event", "visited_day", "cdasi_scalp_erythema")]
    assert list(names.short_names(columns).values()) == ["EVENT", "VSTDDY", "CSERYTHM"]


@pytest.mark.parametrize("taken", [0, 1, 2, 40])
def test_columns_whose_letters_are_the_same_have_names_of_their_own_that_appended_columns_do_not_change(
    taken: int,
) -> None:
    alike = [column(f"prednisol{'aeiou'[n % 5] * (n + 1)}ne", "", "text") for n in range(taken + 1)]
    given = names.short_names(alike)
    assert len(set(given.values())) == len(alike)
    more = names.short_names([*alike, column("prednisolooooone", "", "text")])
    assert {name: more[name] for name in given} == given


def test_every_column_of_every_profile_has_legal_names_that_do_not_depend_on_the_profile() -> None:
    told: dict[tuple[str, str], set[str]] = {}
    for file, columns in RELEASED:
        short, stata = names.short_names(columns), names.stata_names(columns)
        assert len(set(short.values())) == len(set(map(str.lower, stata.values()))) == len(columns)
        assert all(names.SAS_PATTERN.fullmatch(name) for name in short.values())
        assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name) for name in stata.values())
        assert not STATA_RESERVED & set(stata.values())
        assert not SPSS_RESERVED & set(short)
        for name in short:
            told.setdefault((file.name, name), set()).add(f"{short[name]} {stata[name]}")
    assert [name for name, given in told.items() if len(given) > 1] == []


def test_every_table_has_a_dataset_name_of_its_own_and_so_has_each_part() -> None:
    for part in (None, 1, 9999):
        given = [names.dataset_name(file.name, part) for file in EVERY_FILE]
        assert len(set(given)) == len(EVERY_FILE)
        assert all(names.SAS_PATTERN.fullmatch(name) for name in given)


@pytest.mark.parametrize("longest", [names.SAS_LABEL, 80])
def test_the_label_of_each_column_is_ascii_and_no_two_of_a_file_have_the_same(longest: int) -> None:
    for _, columns in RELEASED:
        labels = [names.ascii_words(one)[:longest] for one in names.labels(columns, longest).values()]
        assert len(set(labels)) == len(columns)
        assert all(0 < len(one) <= longest for one in labels)


def test_columns_whose_words_are_cut_alike_are_labelled_by_their_names() -> None:
    words = "Days from the baseline to the first visit with "
    alike = [column(f"{least}_days", f"{words}{least}", "integer", unit="d") for least in ("minimal", "major")]
    assert names.labels([*alike, column("weight", "Weight", "decimal", unit="kg")], 40) == {
        "minimal_days": "Minimal days (d)",
        "major_days": "Major days (d)",
        "weight": "Weight (kg)",
    }


def test_no_two_codes_of_a_column_have_the_same_words() -> None:
    for each in (each for _, columns in RELEASED for each in columns):
        words = value_labels(each) or {}
        assert len(set(words.values())) == len(words)


@pytest.mark.parametrize(
    ("words", "unit", "label"),
    [
        ("Weight", "kg", "Weight (kg)"),
        ("Rash", "{score}", "Rash"),
        ("Treatments before the JAK inhibitor: Dexamethasone", None, "Treatments before the JAK: Dexamethasone"),
        ("Last day at this dose; null while it goes on", "d", "Last day at this dose; null while it (d)"),
        ("Activity of the disease (as the physician sees it, on a scale)", None, "Activity of the disease"),
        ("x" * 50, None, "x" * 40),
    ],
)
def test_a_label_has_the_unit_and_is_cut_at_a_word(words: str, unit: str | None, label: str) -> None:
    assert names.label(column("value", words, "decimal", unit=unit), 40) == label


def test_words_are_spelled_in_ascii_where_a_spelling_is_known() -> None:
    assert (
        names.ascii_words("Sj\u00f6gren\u2019s, anti-TIF1-\u03b3 \u2265 1 \u00b5g \u00d7 2")
        == "Sjogren's, anti-TIF1-gamma >= 1 ug x 2"
    )
    with pytest.raises(ValueError, match="nothing stands for"):
        names.ascii_words("\N{SNOWMAN}")


def test_texts_that_may_be_long_are_columns_of_an_extract_and_go_on_under_names_of_their_own() -> None:
    for file in EVERY_FILE:
        held = [each for known in file.columns for each in held_by(file.name, known)]
        short = names.short_names(held)
        assert names.short_names(file.columns).items() <= short.items()
    known = {(file.name, each.name) for file in EVERY_FILE for each in file.columns if each.type == "text"}
    assert known >= LONG_TEXTS.keys()


def test_the_document_names_the_variables_that_a_long_text_goes_on_in() -> None:
    document = (Path(__file__).parents[2] / "docs" / "extracts" / "formats.md").read_text()
    (missing,) = (
        each for file in EVERY_FILE for each in file.columns if (file.name, each.name) == ("derived", "missing")
    )
    short = list(names.short_names(held_by("derived", missing)).values())
    assert f"cats(of {short[0]} {short[1]}-{short[-1]})" in document
