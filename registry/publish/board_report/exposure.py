"""Exposure in patient-years, incidence per 100 patient-years, first events, and time on each drug."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.api import safety_figures
from registry.domain.dose_band import DOSE_BAND
from registry.domain.dosing import JAK_INHIBITORS
from registry.domain.vocabulary import DOSE_REASONS, SPECIAL_INTEREST
from registry.publish.board_report import pictures
from registry.publish.board_report.blocks import Block, Picture, Section, Table, interval
from registry.publish.board_report.facts import Facts

BANDS: Mapping[str, str] = {**DOSE_BAND.categories, "unknown": "Not known"}
POOLED = {"any_drug": "Any drug", "study_product": "Study product (treatment not told)"}
GROUPS = {"all": "All events", "serious": "Serious events", "grade": "Grade", "special_interest": "Of special interest"}
MOST_CURVES = 6
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
    return Section("Incidence", [_incidence(facts), *_first_events(facts)])


def time_on_drug(facts: Facts) -> Section:
    """Tell how long drugs are taken."""
    return Section("Time on each drug", list(_time_on_drug(facts)))


def drug_named(code: str) -> str:
    """Give the name of a drug."""
    drug = JAK_INHIBITORS.get(code)
    return drug.name if drug else POOLED.get(code, code.replace("_", " ").capitalize())


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
        "exact (Poisson, Garwood). By system organ class, see the events.",
    )


def _group(row: Row) -> str:
    if row["group"] == "special_interest":
        return f"{GROUPS['special_interest']}: {SPECIAL_INTEREST.get(row['value'], row['value'])}"
    return GROUPS[row["group"]] + (f" {row['value']}" if row["group"] == "grade" else "")


def _first_events(facts: Facts) -> Sequence[Block]:
    found = safety_figures.first_events(facts.safety)
    serious = safety_figures.first_events(facts.safety, event="serious")
    if not found["curve"] or not found["participants"]:
        return []
    return [
        _curve("first", "Any event", found),
        _curve("first-serious", "Serious events", serious),
        Table(
            "First event on a drug, with death and stopping the drug as competing events",
            ("Event", "Participants", "With an event", "Died", "Stopped", "Still followed"),
            [
                [name, one["participants"], one["events"], one["deaths"], one["stopped"], one["censored"]]
                for name, one in (("Any event", found), ("Serious event", serious))
            ],
        ),
    ]


def _curve(name: str, caption: str, found: Row) -> Picture:
    days = [float(row["day"]) for row in found["curve"]]

    def line(label: str, field: str) -> pictures.Line:
        y = [_number(row[field]) for row in found["curve"]]
        lower, upper = ([_number(row.get(f"{field}_{side}"), usual) for row, usual in zip(found["curve"], y, strict=True)]
                        for side in ("lower", "upper"))  # fmt: skip
        banded = field == "cumulative_incidence"
        return pictures.Line(label, days, y, lower if banded else (), upper if banded else ())

    lines = [
        line("First event (Aalen-Johansen, 95 %)", "cumulative_incidence"),
        line("Stopped the drug before", "stopping"),
        line("Died before", "death"),
        line("Free of events (Kaplan-Meier)", "event_free"),
    ]
    svg = pictures.steps(name, lines, across="Days since the drug was started", up="Probability", most=1.02)
    last = found["curve"][-1]
    told = f"By day {last['day']}: first event {last['cumulative_incidence']}, stopped {last['stopping']}, died {last['death']}."
    return Picture(f"{caption}: cumulative incidence of the first, and what competes with it", svg, told)


def _number(value: Any, usual: float = 0.0) -> float:
    return usual if value is None else float(value)


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
    lines = [
        pictures.Line(drug_named(row["drug"]), [float(one["day"]) for one in row["curve"]],
                      [_number(one["on_drug"]) for one in row["curve"]])
        for row in sorted(rows, key=lambda row: (-row["episodes"], row["drug"]))[:MOST_CURVES]
        if row["curve"]
    ]  # fmt: skip
    drawn = [
        Picture(
            "Share still on the drug (Kaplan-Meier)",
            pictures.steps("on-drug", lines, across="Days since the start", up="Share on the drug", most=1.02),
            "The medians stand in the table.",
            note=f"The {MOST_CURVES} drugs with the most episodes." if len(rows) > MOST_CURVES else "",
        )
    ] if lines else []  # fmt: skip
    return [table, *drawn, _reasons(rows)]


def _reasons(rows: Sequence[Row]) -> Table:
    found = {(row["drug"], one["reason"]): one["episodes"] for row in rows for one in row["reasons"]}
    drugs = [row["drug"] for row in rows]
    told = [
        [words, *(found.get((drug, code), 0) for drug in drugs)]
        for code, words in {**DOSE_REASONS, "": "No reason recorded"}.items()
        if any((drug, code or None) in found or (drug, code) in found for drug in drugs)
    ]
    return Table(
        "Why a drug was stopped", ("Reason", *map(drug_named, drugs)), told or [["None was stopped", *[0] * len(drugs)]]
    )
