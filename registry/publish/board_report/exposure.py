"""Exposure in patient-years, incidence per 100 patient-years, first events, and time on each drug."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.api import safety_figures
from registry.domain.dose_band import DOSE_BAND
from registry.domain.vocabulary import DOSE_REASONS, SPECIAL_INTEREST
from registry.publish.board_report import curves, pictures
from registry.publish.board_report.blocks import Block, Picture, Section, Table, interval
from registry.publish.board_report.facts import Facts
from registry.publish.board_report.named_drugs import drug_named

BANDS: Mapping[str, str] = {**DOSE_BAND.categories, "unknown": "Not known"}
GROUPS = {"all": "All events", "serious": "Serious events", "grade": "Grade", "special_interest": "Of special interest"}
MEASURED = ("Participants", "Days", "Patient-years")
Row = Mapping[str, Any]


def section(facts: Facts) -> Section:
    """Tell of exposure."""
    found = safety_figures.exposure(facts.safety)
    by_drug = Table(
        "Patient-years by drug",
        ("Drug", *MEASURED),
        [[drug_named(row["drug"]), *_measured(row)] for row in found["by_drug"]] or [["Nobody was exposed", 0, 0, 0]],
        total=bool(found["by_drug"]),
        note=f"Exposed: {found['exposed']} of {found['participants']} participants.",
    )
    by_dose = _divided(
        found["by_dose_band"], "dose_band", BANDS, "Patient-years by drug and dose, against published doses"
    )
    by_age = _divided(found["by_age_group"], "age_group", {}, "Patient-years by drug and age in completed years")
    return Section("Exposure", [by_drug, *_drawn(found["by_drug"]), by_dose, by_age])


def incidence(facts: Facts) -> Section:
    """Tell how often events occur."""
    return Section("Incidence", [_incidence(facts), *curves.of_first_events(facts)])


def time_on_drug(facts: Facts) -> Section:
    """Tell how long drugs are taken."""
    return Section("Time on each drug", list(_time_on_drug(facts)))


def _measured(row: Row) -> Sequence[object]:
    return [row["participants"], row["days"], row["patient_years"]]


def _divided(rows: Sequence[Row], field: str, words: Mapping[str, str], caption: str) -> Table:
    """Give exposure by drug and one thing more; the name of a drug stands at its first row."""
    told, before = [], None
    for row in rows:
        name = "" if row["drug"] == before else drug_named(row["drug"])
        told.append([name, words.get(row[field], row[field]), *_measured(row)])
        before = row["drug"]
    head = field.replace("_", " ").capitalize()
    return Table(caption, ("Drug", head, *MEASURED), told or [["Nobody was exposed", "", 0, 0, 0]], texts=2)


def _drawn(rows: Sequence[Row]) -> Sequence[Block]:
    shown = [(drug_named(row["drug"]), [float(row["patient_years"])]) for row in rows if row["drug"] != "any_drug"]
    if not shown:
        return []
    svg = pictures.bars("exposure", shown, ["Patient-years"], across="Patient-years")
    told = "; ".join(f"{name}: {years[0]:.1f}" for name, years in shown)
    return [Picture("Exposure by drug", svg, f"Patient-years. {told}.")]


def _incidence(facts: Facts) -> Table:
    found = safety_figures.incidence(facts.safety)
    rows = [
        [_group(row), row["events"], row["rate"], interval(row["lower"], row["upper"]), row["participants"],
         row["first_rate"], interval(row["first_lower"], row["first_upper"])]
        for row in found["rows"]
        if row["group"] in GROUPS
    ]  # fmt: skip
    return Table(
        "Events and first events per 100 patient-years, on any drug of the registry",
        ("Events", "n", "Per 100 PY", "95 % interval", "Participants", "First, per 100 PY", "95 % interval"),
        rows,
        note=f"Person-time: {found['patient_years']} patient-years of {found['participants']} participants. Intervals are "
        f"exact (Poisson, Garwood). By system organ class, see the events. {_outside(facts, found['rows'])}",
    )


def _outside(facts: Facts, rows: Sequence[Row]) -> str:
    """Tell how many events began outside the time at risk."""
    counted = {row["group"]: row["events"] for row in rows if row["value"] is None}
    every = [event for person in facts.safety.people for event in person.events]
    serious = sum(1 for event in every if event.classification.serious) - counted["serious"]
    return (
        f"{len(every) - counted['all']} events ({serious} serious) began outside the time at risk and are not counted."
    )


def _group(row: Row) -> str:
    if row["group"] == "special_interest":
        return f"{GROUPS['special_interest']}: {SPECIAL_INTEREST.get(row['value'], row['value'])}"
    return GROUPS[row["group"]] + (f" {row['value']}" if row["group"] == "grade" else "")


def _time_on_drug(facts: Facts) -> Sequence[Block]:
    rows = safety_figures.time_on_drug(facts.safety)["rows"]
    table = Table(
        "Time on each drug",
        ("Drug", "Participants", "Episodes", "Ongoing", "Stopped", "Median days", "95 % interval"),
        [
            [drug_named(row["drug"]), row["participants"], row["episodes"], row["ongoing"], row["stopped"],
             row["median_days"], interval(row["median_lower"], row["median_upper"])]
            for row in rows
        ] or [["Nobody was exposed", 0, 0, 0, 0, None, None]],
        note="Kaplan-Meier; a dash where half of the episodes were not stopped within follow-up.",
    )  # fmt: skip
    return [table, *curves.of_time_on_drug(facts, rows), _reasons(rows)]


def _reasons(rows: Sequence[Row]) -> Table:
    found = {(row["drug"], one["reason"]): one["episodes"] for row in rows for one in row["reasons"]}
    drugs = [row["drug"] for row in rows]
    told = [
        [words, *(found.get((drug, code), 0) for drug in drugs)]
        for code, words in {**DOSE_REASONS, "death": "Death"}.items()
        if any((drug, code) in found for drug in drugs)
    ]
    return Table(
        "Why a drug was stopped", ("Reason", *map(drug_named, drugs)), told or [["None was stopped", *[0] * len(drugs)]]
    )
