"""Conduct: departures from the protocol, code breaks, and how complete the data are."""

from __future__ import annotations

from collections import Counter

from registry.domain.code_break import CATEGORIES as BREAK_REASONS
from registry.domain.protocol_deviations import CATEGORIES, PROTOCOL_DEVIATION, SEVERITIES
from registry.domain.queries import AGE_BAND_WORDS, AGE_BANDS, DATA_QUERY, age_days
from registry.domain.schedule import SCHEDULE_STATUSES
from registry.publish.board_report.blocks import Section, Table, share
from registry.publish.board_report.expected_visits import Followed, followed
from registry.publish.board_report.facts import Facts, counted, moment

TO_CLASSIFY = "to_classify"
DISMISSED = "dismissed"
DEVIATION_COLUMNS = ("critical", "major", "minor", TO_CLASSIFY)
BREAK_STATES = {"requested": "Asked for", "opened": "Opened", "declined": "Declined"}
DUE_STATES = ("done", "done_out_of_window", "skipped", "overdue", "missed")


def deviations(facts: Facts) -> Section:
    """Tell of departures from the protocol and of code breaks."""
    return Section("Protocol deviations and code breaks", [_deviations(facts), _code_breaks(facts)])


def completeness(facts: Facts) -> Section:
    """Tell how complete the data are."""
    visits = followed(facts)
    return Section("Completeness of the data", [_visits(facts, visits), _missing(visits), _queries(facts)])


def _deviations(facts: Facts) -> Table:
    standing = [one for one in facts.of("protocol_deviation") if one["status"] != DISMISSED]
    found = counted(standing, lambda one: str(one.get("severity") or TO_CLASSIFY), lambda one: str(one["category"]))
    heads = [SEVERITIES[code].partition(":")[0] for code in DEVIATION_COLUMNS[:-1]]
    rows: list[list[object]] = [
        [words, *(found[code][column] for column in DEVIATION_COLUMNS), sum(found[code].values())]
        for code, words in CATEGORIES.items()
        if code in found
    ]
    every = [
        "Every category",
        *(sum(one[place] for one in found.values()) for place in DEVIATION_COLUMNS),
        len(standing),
    ]
    dismissed = len(facts.of("protocol_deviation")) - len(standing)
    return Table(
        "Protocol deviations by category and severity",
        ("Category", *heads, PROTOCOL_DEVIATION.words[TO_CLASSIFY], "All"),
        [*rows, every],
        note=f"{dismissed} more were found to be no deviation." if dismissed else "",
        total=True,
    )


def _code_breaks(facts: Facts) -> Table:
    found = counted(facts.of("code_break"), lambda one: str(one["status"]), lambda one: str(one["category"]))
    return Table(
        "Code breaks by reason",
        ("Reason", *BREAK_STATES.values()),
        [
            [words.partition(":")[0], *(found[code][state] for state in BREAK_STATES)]
            for code, words in BREAK_REASONS.items()
            if code in found
        ]
        or [["No code break", *[0] * len(BREAK_STATES)]],
        note="The treatment that was opened stands in no report.",
    )


def _visits(facts: Facts, visits: list[Followed]) -> Table:
    states = {site: Counter(one.status for one in visits if one.site_id == site) for site in facts.site_ids}
    rows = [[facts.site(site), *_row(found)] for site, found in states.items()]
    return Table(
        "Visits expected by the cut, by site",
        ("Site", "Expected", "In window", "Out of window", "Skipped", "Overdue", "Missed", "Done"),
        [*rows, ["Every site", *_row(Counter(one.status for one in visits))]],
        note="Expected: the window was over, or the visit was done or skipped. "
        + " ".join(f"{code.replace('_', ' ').capitalize()}: {words[0].lower()}{words[1:]}." for code, words in
                   SCHEDULE_STATUSES.items() if code in ("overdue", "missed")),
        total=True,
    )  # fmt: skip


def _row(found: Counter[str]) -> list[object]:
    told = [found[state] for state in DUE_STATES]
    return [sum(told), *told, share(found["done"] + found["done_out_of_window"], sum(told))]


def _missing(visits: list[Followed]) -> Table:
    done = [one for one in visits if one.status.startswith("done")]
    forms = Counter(form for one in done for form in one.missing_forms)
    analytes = Counter(analyte for one in done for analyte in one.missing_analytes)
    rows = [
        [name, what.replace("_", " "), count]
        for name, found in (("Form", forms), ("Analyte", analytes))
        for what, count in sorted(found.items())
    ]
    lacking = sum(1 for one in done if one.missing_forms or one.missing_analytes)
    return Table(
        "Required forms and analytes missing without a reason, in visits that were done",
        ("Kind", "Which", "Visits"),
        [*rows, ["Visits that lack any", "", share(lacking, len(done))]],
        texts=2,
        total=True,
    )


def _queries(facts: Facts) -> Table:
    found: dict[str, Counter[str]] = {band: Counter() for band in AGE_BANDS}
    for query in facts.of("data_query"):
        days = age_days(moment(query["recorded_at"]), query["status"], moment(query["status_at"]), facts.cut.moment)
        band = max((name for name, first in AGE_BANDS.items() if first <= days), key=lambda name: AGE_BANDS[name])
        found[band][query["status"]] += 1
    rows = [[words, *(found[band][state] for state in DATA_QUERY.words)] for band, words in AGE_BAND_WORDS.items()]
    every = ["Every age", *(sum(one[state] for one in found.values()) for state in DATA_QUERY.words)]
    heads = [words.partition(":")[0] for words in DATA_QUERY.words.values()]
    return Table("Queries by age and state", ("Age", *heads), [*rows, every], total=True,
                 note="The age of a closed query is the time until it was closed.")  # fmt: skip
