"""What leaves of each participant hides them among k, as the report says, and pycanon finds the same."""

import csv
import json
import random
import subprocess
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.deidentification import PROFILES, WHO_KNOWS_THE_CHILD, WHO_KNOWS_THE_VISITS
from registry.domain.disclosure_risk import measured
from registry.domain.generalisation import AGE, COUNTRY, FIRST_VISIT_YEAR, SEX
from registry.publish.extracts import risk
from registry.publish.extracts.protection import WHO_KNOWS_THE_ANTIBODY, Person, protect, refused

SAFE, LIMITED, INTERNAL = PROFILES["safe_harbor"], PROFILES["limited"], PROFILES["internal"]
WEEKS = (0, 4, 12, 24, 36, 52)
COUNTRIES = ("DE", "DE", "DE", "DE", "FR", "FR", "GB", "JP")
ROOT = Path(__file__).parents[2]
ORACLE = ROOT / ".venv-oracles" / "bin" / "python"


def person(rng, number):
    """A child who came to some of the visits, and to others besides."""
    events, days = [], []
    for week in WEEKS[: rng.randint(1, len(WEEKS))]:
        if rng.random() < 0.95:
            events, days = [*events, f"week_{week}"], [*days, 7 * week + rng.randint(1, 9)]
        if rng.random() < 0.1:
            events, days = [*events, "unscheduled"], [*days, 7 * week + 15]
    course = rng.choice(["monocyclic", "polycyclic", "chronic"])
    antibody = rng.choice(["none", "nxp2", "nxp2", "tif1_gamma", "mda5"])
    age, year = rng.randint(2, 18), rng.randint(2021, 2023)
    sex = rng.choice(["female", "female", "male"])
    sensitive = {"disease_course": course}
    return Person(
        f"P-{number:04}", sex, age, rng.choice(COUNTRIES), year, antibody, tuple(events), tuple(days), sensitive
    )


@pytest.fixture(scope="module")
def cohort():
    rng = random.Random(2026)
    return [person(rng, number) for number in range(150)]


@pytest.fixture(scope="module")
def protected(cohort):
    return protect(SAFE, cohort, cohort)


def candidates(target, people, protection):
    """Whose records the target's may be, to whom knows all of the target and how the extract was made."""
    return [
        one for one in people if could_be(target, protection.values[one.id], protection.kept_events[one.id], protection)
    ]


def could_be(target, values, events, protection):
    generalised = protection.report["generalised"]
    for ladder in (FIRST_VISIT_YEAR, COUNTRY, SEX, AGE):
        if ladder.name in generalised and values[ladder.name] is not None:
            step = next(step for step in ladder.steps if step.name == generalised[ladder.name])
            if values[ladder.name] != step.tell(getattr(target, ladder.name)):
                return False
    return events is None or events <= target.planned


@pytest.mark.parametrize("profile", [SAFE, LIMITED], ids=lambda profile: profile.name)
def test_nobody_can_be_told_from_k_others_and_the_report_says_no_less(profile, cohort):
    protection = protect(profile, cohort, cohort)
    told = Decimal(protection.report["adversaries"][profile.governs[-1]]["after"]["prosecutor_max"])
    found = [len(candidates(target, cohort, protection)) for target in cohort]
    assert min(found) >= profile.k
    assert max(Fraction(1, size) for size in found) <= Fraction(told)
    assert not refused(profile, protection.report)


def test_the_report_tells_how_much_safer_the_extract_is_than_the_data(protected):
    adversaries = protected.report["adversaries"]
    for name in (WHO_KNOWS_THE_CHILD, WHO_KNOWS_THE_VISITS):
        assert adversaries[name]["governed"]
        assert adversaries[name]["before"]["prosecutor_max"] == "1.0000"
        assert adversaries[name]["before"]["uniques"] > 50
        assert adversaries[name]["after"]["k"] >= 12
        assert adversaries[name]["after"]["records_above_threshold"] == 0
    assert not adversaries[WHO_KNOWS_THE_ANTIBODY]["governed"]


def test_shifted_dates_keep_the_intervals_by_which_who_knows_the_visits_finds_the_child(cohort):
    adversaries = protect(LIMITED, cohort, cohort).report["adversaries"]
    assert adversaries[WHO_KNOWS_THE_VISITS]["after"]["prosecutor_max"] == "1.0000"
    assert not adversaries[WHO_KNOWS_THE_VISITS]["governed"]


def test_inside_the_study_everything_is_told(cohort):
    protection = protect(INTERNAL, cohort, cohort)
    one = cohort[0]
    assert protection.values[one.id] == {"country": one.country, "sex": one.sex, "age": one.age}
    assert set(protection.kept_events.values()) == {None}
    assert (protection.sites_left_out, refused(INTERNAL, protection.report)) == (frozenset(), False)


def test_unscheduled_visits_never_leave_by_safe_harbor_and_the_report_counts_what_is_left_out(cohort, protected):
    assert all(protected.kept_events[one.id] <= one.planned for one in cohort)
    visits = protected.report["visits"]
    leaving = sum(map(len, protected.kept_events.values()))
    assert leaving == visits["complete"] - visits["unscheduled_left_out"] - visits["planned_left_out"]


def test_a_site_goes_with_the_country_that_it_would_tell(cohort):
    protection = protect(LIMITED, cohort, cohort)
    blank = {one.id for one in cohort if protection.values[one.id]["country"] is None}
    assert protection.sites_left_out == blank
    assert 0 < len(blank) < len(cohort)


def test_too_few_participants_are_refused_although_all_is_blank(cohort):
    protection = protect(SAFE, cohort[:11], cohort[:11])
    assert all(set(values.values()) == {None} for values in protection.values.values())
    assert refused(SAFE, protection.report)
    assert not refused(SAFE, protect(SAFE, cohort[:12], cohort[:12]).report)


def test_with_nobody_the_report_is_empty_and_nothing_is_refused():
    report = protect(SAFE, [], []).report
    assert (report["participants"], refused(SAFE, report)) == (0, False)


def test_the_journalist_looks_among_all_of_the_study(cohort):
    after = protect(LIMITED, cohort[:60], cohort).report["adversaries"][WHO_KNOWS_THE_CHILD]["after"]
    assert Decimal(after["journalist_max"]) < Decimal(after["prosecutor_max"])
    assert Decimal(after["marketer"]) < Decimal(after["prosecutor_average"])


def test_the_order_of_the_participants_changes_nothing(cohort, protected):
    shuffled = random.Random(1).sample(cohort, len(cohort))
    first, second = protected, protect(SAFE, shuffled, shuffled)
    assert (first.values, first.kept_events, first.report) == (second.values, second.kept_events, second.report)


def test_the_report_is_written_for_programs_and_for_people_and_rounds_no_risk_down(protected):
    summary = risk.summary(protected.report, {"visit.weight": 3, "visit.height": 0}, {"x.ck": 2})
    told = json.loads(risk.as_json(summary))
    assert told["values_left_blank"] == {"visit.weight": 3}
    assert told["numbers_given_as_a_limit"] == {"x.ck": 2}
    page = risk.as_markdown(summary).decode()
    assert (
        f"| Prosecutor, greatest risk | 1.0000 | {told['adversaries'][WHO_KNOWS_THE_CHILD]['after']['prosecutor_max']} |"
        in page
    )
    assert "| visit.weight | 3 |" in page
    assert risk.as_json(summary) == risk.as_json(summary)
    assert [risk.rounded_up(Fraction(share)) for share in ("1/12", "1/11", "0", "1", "1/4")] == [
        "0.0834", "0.0910", "0.0000", "1.0000", "0.2500",
    ]  # fmt: skip


def test_inside_the_study_the_report_says_that_nothing_is_left_out_or_refused(cohort, protected):
    inside = protect(INTERNAL, cohort[:20], cohort).report
    pages = [risk.as_markdown(risk.summary(report, {}, {})).decode() for report in (inside, protected.report)]
    assert ["No value is left out for being rare." in page for page in pages] == [True, False]
    assert ["No risk is refused: it is told only." in page for page in pages] == [True, False]
    assert ["until 12 participants share them" in page for page in pages] == [False, True]
    assert ["A risk above 0.09 is refused" in page for page in pages] == [False, True]


# --- pycanon ------------------------------------------------------------------------------------------------------------


def judged(tables, folder):
    """Ask pycanon for k, l and t of tables: classes and sensitive values by row."""
    assert ORACLE.exists(), "pycanon has an environment of its own: run `make test`"
    paths = []
    for number, (classes, sensitive) in enumerate(tables):
        path = folder / f"{number}.csv"
        with path.open("w", newline="") as file:
            lines = csv.writer(file)
            lines.writerow([f"q_{place}" for place in range(len(classes[0]))] + [f"s_{name}" for name in sensitive[0]])
            for key, values in zip(classes, sensitive, strict=True):
                lines.writerow(["" if value is None else value for value in key] + list(values.values()))
        paths.append(str(path))
    judge = [str(ORACLE), str(ROOT / "tests" / "oracles" / "pycanon_judge.py"), *paths]
    answer = subprocess.run(judge, check=True, capture_output=True, text=True, timeout=120)
    return [json.loads(line) for line in answer.stdout.splitlines()]


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", None]),
        st.sampled_from([None, "0-5", "6-11"]),
        st.sampled_from("xyz"),
        st.sampled_from(["no", "yes"]),
    ),
    min_size=1,
    max_size=30,
)


def tables_of_any_kind():
    """Give tables that hypothesis makes: the classes, and two sensitive values a row."""
    tables = []

    @settings(max_examples=30, deadline=None, database=None, derandomize=True)
    @given(rows=ROWS)
    def collect(rows):
        tables.append(([row[:2] for row in rows], [{"course": row[2], "event": row[3]} for row in rows]))

    collect()
    return tables


def of_cohort(cohort, protection):
    """Give the cohort as each adversary sees it: all the details, and what leaves without and with the visits."""
    sensitive = [{"antibody": one.antibody, **one.sensitive} for one in cohort]
    before = [(one.sex, one.age, one.country, one.first_visit_year, one.visit_days) for one in cohort]
    child = [tuple(protection.values[one.id].values()) for one in cohort]
    visits = [(*key, " ".join(sorted(protection.kept_events[one.id]))) for key, one in zip(child, cohort, strict=True)]
    return [(classes, sensitive) for classes in (before, child, visits)]


def test_pycanon_agrees_on_tables_of_any_kind_and_on_a_protected_cohort(cohort, protected, tmp_path):
    tables = [*tables_of_any_kind(), *of_cohort(cohort, protected)]
    theirs = judged(tables, tmp_path)
    for (classes, sensitive), told in zip(tables, theirs, strict=True):
        ours = measured([(key, ()) for key in classes], {}, sensitive, Decimal("0.09"))
        assert ours.k == told["k"]
        assert {f"s_{name}": least for name, least in ours.diversity.items()} == told["l"]
        assert {f"s_{name}": float(apart) for name, apart in ours.closeness.items()} == pytest.approx(told["t"])
    adversaries = protected.report["adversaries"]
    reported = (
        adversaries[WHO_KNOWS_THE_VISITS]["before"],
        adversaries[WHO_KNOWS_THE_CHILD]["after"],
        adversaries[WHO_KNOWS_THE_VISITS]["after"],
    )
    for figures, told in zip(reported, theirs[-3:], strict=True):
        assert (figures["k"], sorted(figures["l_diversity"].values())) == (told["k"], sorted(told["l"].values()))
        rounded = {f"s_{name}": float(apart) for name, apart in figures["t_closeness"].items()}
        assert rounded == pytest.approx(told["t"], abs=1e-4)
