"""The columns of an extract: each field has one action, said beside it, and each profile gives what it promises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from marshmallow import Schema
from marshmallow import fields as plain

from registry.domain.deidentification import PROFILES, Action, Profile
from registry.publish.extracts.columns import FILES, Column, File
from registry.publish.extracts.declared import GIVEN, derived
from registry.publish.extracts.released import EVERY_FILE, columns_of, files_of
from registry.schemas import catalogue
from registry.schemas.adverse_events import AdverseEvent
from registry.schemas.allocations import Allocation
from registry.schemas.concomitant_medications import ConcomitantMedication
from registry.schemas.consents import Consent
from registry.schemas.doses import Dose
from registry.schemas.drug_causality import DrugCausality
from registry.schemas.fields import Choice, Day, ListOf, Moment, Part, PartialDay, Text, Whole, YesNo, about
from registry.schemas.laboratory_results import LaboratoryResult
from registry.schemas.participants import AutoantibodyTest, Participant
from registry.schemas.severity_changes import SeverityChange
from registry.schemas.visits import FORMS, Visit
from tests.publish import reviewed_columns

SAFE_HARBOR, LIMITED, BLINDED, INTERNAL = (
    PROFILES[name] for name in ("safe_harbor", "limited", "blinded_review", "internal")
)
RECORDS: tuple[type[Schema], ...] = (
    Participant, AutoantibodyTest, Consent, Allocation, Visit, *FORMS.values(), LaboratoryResult, Dose,
    ConcomitantMedication, AdverseEvent, SeverityChange, DrugCausality,
)  # fmt: skip
"""The records whose fields the files are made of."""
EACH_PROFILE = pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))


def leaving(profile: Profile) -> Iterator[tuple[File, Column]]:
    for file in files_of(profile, unblinded=True):
        for column in columns_of(file, profile):
            yield file, column


def days(profile: Profile) -> set[tuple[str, str]]:
    """Name the columns that are a study day, by their file; a dose a day is none."""
    return {
        (file.name, one.name)
        for file, one in leaving(profile)
        if one.name.endswith("_day") and one.action is Action.DATE
    }


def names(file: str, profile: Profile) -> list[str]:
    return [column.name for one, column in leaving(profile) if one.name == file]


def schema(**declared: plain.Field[object]) -> Schema:
    return Schema.from_dict(declared, name="Added")()


# --- one field, one action ----------------------------------------------------------------------------------------


def test_every_field_of_every_record_is_given_or_left_out_for_a_reason() -> None:
    columns = {name for file in FILES for name in file.names}
    for record in RECORDS:
        for name, field in record().dump_fields.items():
            told = f"{record.__name__}.{name}"
            if catalogue.action_of(field) is Action.REMOVE:
                assert catalogue.removed_because(field), told
            elif told not in GIVEN and record is not AutoantibodyTest:
                assert given_as(name, field) <= columns, told


def given_as(name: str, field: plain.Field[object]) -> set[str]:
    """Name the columns that a field is to be given in, from its kind alone."""
    stem = name.removesuffix("_on").removesuffix("_at")
    match field:
        case ListOf(inner=Choice(codes=codes)):
            return {f"{name}_{code}" for code in codes}
        case PartialDay():
            return {f"{stem}_day", f"{stem}_precision"}
        case Day() | Moment():
            return {f"{stem}_day"}
        case _:
            return {name}


def test_a_column_has_the_action_that_is_said_beside_its_field() -> None:
    participant, added = Participant().fields, schema(score=Whole(0, 9, metadata=about("A", deidentify=Action.NUMBER)))
    [score] = derived(added)
    assert (score.name, score.action, score.minimum, score.maximum) == ("score", Action.NUMBER, 0, 9)
    assert catalogue.told_field("sex_at_birth", participant["sex_at_birth"])["deidentify"] == "code"
    by_name = {column.name: column for column in FILES[0].columns}
    assert (by_name["sex_at_birth"].action, by_name["sex_at_birth"].quasi) == (Action.CODE, True)
    assert {name for name, column in by_name.items() if column.quasi} == {
        "sex_at_birth",
        "country",
        "age_at_first_visit",
    }


@pytest.mark.parametrize(
    ("field", "why"),
    [
        (Whole(0, 9, metadata=about("A score")), "Added.added does not say what an extract does to it"),
        (Text(9, metadata=about("A code")), "Added.added does not say what an extract does to it"),
        (Day(metadata=about("A day", deidentify=Action.KEEP)), "a date is given as a date"),
        (Moment(metadata=about("A moment", deidentify=Action.NUMBER)), "a date is given as a date"),
        (PartialDay(metadata=about("A day", deidentify=Action.CODE)), "a date is given as a date"),
        (Whole(0, 9, metadata=about("A score", deidentify=Action.DATE)), "a date is given as a date"),
        (Whole(0, 9, metadata=about("A birth", deidentify=Action.AGE)), "no column says how the field Added.added"),
        (Text(9, metadata=about("A site", deidentify=Action.RECODE)), "no column says how the field Added.added"),
        (ListOf(Text(9), 9, metadata=about("Words", deidentify=Action.KEEP)), "no rule of the extract covers"),
        (Part(Participant, metadata=about("A record", deidentify=Action.KEEP)), "no rule of the extract covers"),
    ],
)
def test_an_added_field_that_no_rule_covers_stops_the_build(field: plain.Field[object], why: str) -> None:
    with pytest.raises(TypeError, match=why):
        list(derived(schema(added=field)))


def test_free_text_is_removed_and_says_nothing_else() -> None:
    assert about("Notes", free_text=True)["x-deidentify"] == "remove"
    for said in ({"free_text": True}, {"removed_because": "a real moment"}):
        with pytest.raises(TypeError, match="has no other action: Notes"):
            about("Notes", deidentify=Action.KEEP, **said)
    with pytest.raises(TypeError, match="says removed_because"):
        about("Notes", deidentify=Action.REMOVE)


def test_a_list_of_codes_is_a_column_a_code_with_the_action_of_the_list() -> None:
    field = ListOf(Choice({"a": "One", "b": "Two"}), 2, metadata=about("Which", deidentify=Action.CODE))
    assert [(one.name, one.words, one.type, one.action) for one in derived(schema(which=field))] == [
        ("which_a", "Which: One", "0/1", Action.CODE),
        ("which_b", "Which: Two", "0/1", Action.CODE),
    ]
    [flag] = derived(schema(seen=YesNo(metadata=about("Seen", deidentify=Action.CODE))))
    assert flag.type == "0/1"


def test_no_identifier_is_a_column_but_the_pseudonyms() -> None:
    recoded = {(file.name, column.name) for file in FILES for column in file.columns if column.action is Action.RECODE}
    assert recoded == {(file.name, "participant") for file in FILES} | {("participant", "site")}
    assert not any(name == "id" or name.endswith("_id") for file in FILES for name in file.names)


def test_what_is_staged_is_the_columns_with_the_site_and_the_middle_of_partial_dates() -> None:
    by_name = {file.name: file for file in FILES}
    assert by_name["severity_change"].staged == (*by_name["severity_change"].names[1:], "changed_middle_day")
    assert by_name["participant"].staged[:2] == ("site_id", "country")
    assert by_name["visit"].staged == by_name["visit"].names[1:]


def test_the_numbers_of_a_result_are_compared_within_their_analyte_and_unit() -> None:
    [results] = [file for file in FILES if file.name == "laboratory_result"]
    numbers: Mapping[str, tuple[str, ...]] = {
        one.name: one.group for one in results.columns if one.action is Action.NUMBER
    }
    assert numbers["value"] == numbers["upper_limit"] == ("analyte", "unit")
    assert numbers["standard_value"] == ("analyte", "standard_unit")
    assert all(set(column.group) <= set(file.names) for file in EVERY_FILE for column in file.columns)


def test_a_number_is_told_with_its_category_in_every_file_that_has_both() -> None:
    for file in EVERY_FILE:
        by_name = {column.name: column for column in file.columns}
        for name, column in by_name.items():
            others = {
                other for end in ("_category", "_sign", "_state") for other in [f"{name}{end}"] if other in by_name
            }
            if name.endswith("total_improvement_score"):
                others.add(f"{name.removesuffix('score')}category")
            assert others <= set(column.told_with) <= set(by_name), (file.name, name)
            assert not any(name in by_name[other].told_with for other in column.told_with), (
                "each would wait for the other"
            )
            assert column.inside_where is None or column.inside_where[0] in by_name


# --- what leaves, by profile --------------------------------------------------------------------------------------


def test_every_column_that_leaves_is_on_the_list_that_was_reviewed() -> None:
    reviewed = reviewed_columns.REVIEWED.read_text(encoding="utf-8")
    assert reviewed_columns.told() == reviewed, reviewed_columns.__doc__


def test_safe_harbor_gives_neither_a_day_nor_a_date_nor_a_site() -> None:
    for file, column in leaving(SAFE_HARBOR):
        assert column.type != "date", (file.name, column.name)
        assert "event" not in file.names or not column.name.endswith("_quarter"), "a visit is told by its planned event"
        assert column.action is not Action.RECODE or column.name == "participant"
    assert days(SAFE_HARBOR) == set()
    assert names("participant", SAFE_HARBOR)[-1] == "first_visit_year"
    assert {"started_quarter", "started_precision"} <= set(names("adverse_event", SAFE_HARBOR))


def test_inside_the_study_a_partial_date_has_the_day_in_its_middle() -> None:
    for profile in PROFILES.values():
        middles = {(file.name, one.name) for file, one in leaving(profile) if one.name.endswith("_middle_day")}
        partial = {
            (file.name, one.name.replace("_precision", "_middle_day"))
            for file, one in leaving(profile)
            if f"{one.name.removesuffix('_precision')}_day" in file.names and one.name.endswith("_precision")
        }
        assert middles == (set() if profile.released else partial), profile.name
    assert ("adverse_event", "started_middle_day") in days(INTERNAL)


def test_an_adverse_event_has_its_coded_term_and_never_the_words_of_a_reporter() -> None:
    for profile in PROFILES.values():
        told = names("adverse_event", profile)
        assert {"preferred_term", "system_organ_class", "dictionary", "dictionary_version"} <= set(told)
        assert not {"term", "ctcae_term", "verbatim"} & set(told)
    [event] = [file for file in FILES if file.name == "adverse_event"]
    by_name = {column.name: column for column in event.columns}
    assert (by_name["preferred_term"].action, by_name["preferred_term"].sdtm) == (Action.CODE, "AE.AEDECOD")
    assert set(by_name["preferred_term"].told_with) == {"special_interest", "system_organ_class"}


def test_limited_gives_each_study_day_with_its_shifted_date() -> None:
    dates = {(file.name, one.name) for file, one in leaving(LIMITED) if one.type == "date"}
    assert dates == {(file, f"{name.removesuffix('_day')}_date") for file, name in days(LIMITED)}
    by_name = {column.name: column for file, column in leaving(LIMITED) if file.name == "visit"}
    assert (by_name["visited_date"].type, by_name["visited_date"].sdtm) == ("date", "SV.SVSTDTC")
    assert (by_name["visited_day"].type, by_name["visited_day"].sdtm) == ("integer", "SV.SVSTDY")


def test_blinded_review_gives_nothing_that_tells_of_the_treatment() -> None:
    assert not {"dose", "drug_causality", "allocation"} & {file.name for file in files_of(BLINDED, unblinded=True)}
    told = {column.action for _, column in leaving(BLINDED)}
    assert not told & {Action.TREATMENT, Action.ARM}
    assert "expectedness" not in names("adverse_event", BLINDED)


def test_the_arm_is_given_inside_the_study_to_who_may_know_it() -> None:
    arms = [
        (profile.name, file.name)
        for profile in PROFILES.values()
        for file, one in leaving(profile)
        if one.name == "arm"
    ]
    assert arms == [("internal", "allocation")]
    assert "allocation" not in {file.name for file in files_of(INTERNAL)}
    [allocation] = [file for file in FILES if file.name == "allocation"]
    assert columns_of(allocation, LIMITED) == ()


def test_outside_the_study_ages_are_bands_and_no_day_of_a_death_is_given() -> None:
    for profile in PROFILES.values():
        ages = [name for name in names("participant", profile) if name.startswith("age_")]
        inside = ["age_at_first_visit", "age_at_onset", "age_at_diagnosis"]
        assert ages == (["age_at_first_visit_band"] if profile.released else inside)
        died = [name for name in names("adverse_event", profile) if name.startswith("died_")]
        assert bool(died) is not profile.released


@EACH_PROFILE
def test_a_file_keeps_its_keys_and_has_more(profile: Profile) -> None:
    for file in files_of(profile, unblinded=True):
        given = [column.name for column in columns_of(file, profile)]
        assert given[0] == "participant"
        assert {*file.keys} < set(given) - {"participant"} or not file.keys
        assert len(set(given)) == len(given)


def test_sdtm_names_are_kept() -> None:
    for profile in PROFILES.values():
        by_name = {(file.name, column.name): column.sdtm for file, column in leaving(profile)}
        assert by_name["participant", "sex_at_birth"] == "DM.SEX"
        assert by_name["laboratory_result", "standard_value"] == "LB.LBSTRESN"
        assert by_name["visit", "event"] == "SV.VISIT"
    assert {column.sdtm for _, column in leaving(INTERNAL) if column.name == "started_day"} == {
        "EC.ECSTDY", "CM.CMSTDY", "AE.AESTDY",
    }  # fmt: skip
