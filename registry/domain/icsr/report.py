"""Make the report of a case: sections C, D, E, F and H; the drugs (G) are made beside.

Decided where E2B leaves it to the sender: the patient is told by the site's code, never by a name; the age is in months below
two years and in whole years from then on, from the year and month of birth; weight and height are the last ones measured on or
before the onset; the verbatim term is sent as the reporter's words in English (E.i.1.2). Seriousness is what the investigator or
the sponsor holds: the sponsor raises and never lowers.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from registry.domain.analytes import CATALOGUE
from registry.domain.icsr import drugs
from registry.domain.icsr.case import Case, Image
from registry.domain.icsr.codes import SERIOUSNESS, SEX
from registry.domain.icsr.telling import Told, day, day_of, moment, number, told

SENDER = "Sponsor of the study"
MONTHS_UNTIL = 24
"""Age in months from which it is told in years."""
DISEASE = "Juvenile dermatomyositis"
MEDDRA = "meddra"
IN_ERROR = "The event was entered in error."
PREGNANCY = "Special situation: pregnancy of the patient."
"""Said beside the sponsor's comment (H.4), for E2B(R3) has no coded element that tells it of the patient herself."""


def report(case: Case) -> dict[str, Any]:
    """Give the report, group by group: each element by its number with its name, its value and its code."""
    return {
        "C": _identification(case) | {"C.2.r": [_reporter(case)], "C.5.1.r": _registrations(case)},
        "D": _patient(case),
        "E.i": [_reaction(case)],
        "F.r": [_test(visit, result) for visit, result in _results(case)],
        "G.k": drugs.of_case(case),
        "H": _narrative(case),
    }


# --- C: the report ----------------------------------------------------------------------------------------------------


def _identification(case: Case) -> Told:
    """Name the report: country, study and event, so that every follow-up of the event has the same number."""
    unique = f"{case.site['country']}-{case.study['code'].replace('-', '')}-{case.event['id']}"
    return {
        **told("C.1.1", unique),
        **told("C.1.2", moment(case.made_at)),
        **told("C.1.3", "report_from_study"),
        **told("C.1.4", day_of(_first_received(case))),
        **told("C.1.5", day_of(_newest(case))),
        **told("C.1.6.1", False),
        **told("C.1.7", case.classification.expedited),
        **told("C.1.8.1", unique),
        **told("C.1.8.2", "other"),
        **told("C.1.9.1", None, "NI"),
        **(told("C.1.11.1", "nullification") | told("C.1.11.2", IN_ERROR) if case.nullified else {}),
        **told("C.3.1", "other"),
        **told("C.3.2", f"{SENDER} {case.study['code']}"),
        **told("C.5.2", case.study["title"]),
        **told("C.5.3", case.study["code"]),
        **told("C.5.4", case.study.get("design")),
    }


def _first_received(case: Case) -> datetime:
    """The sponsor's awareness, else the moment when the event was first kept."""
    aware = (case.assessment or {}).get("sponsor_aware_at")
    return datetime.fromisoformat(aware or case.event["recorded_at"])


def _newest(case: Case) -> datetime:
    told_at = [one["changed_at"] for one in (case.event, case.assessment) if one]
    return max(_first_received(case), *map(datetime.fromisoformat, told_at))


def _reporter(case: Case) -> Told:
    """The investigator, by the code of the site; a name is not kept and not sent."""
    return {
        **told("C.2.r.2.1", case.site["code"]),
        **told("C.2.r.3", case.site["country"]),
        **told("C.2.r.4", "physician"),
        **told("C.2.r.5", 1),
    }


def _registrations(case: Case) -> list[Told]:
    return [told("C.5.1.r.1", one["identifier"]) for one in case.study.get("registrations") or ()]


# --- D: the patient ---------------------------------------------------------------------------------------------------


def _patient(case: Case) -> Told:
    person = case.participant
    sex = person.get("sex_at_birth")
    weight, height = (_last_measured(case, name) for name in ("weight", "height"))
    return {
        **told("D.1", person["code"]),
        **_age(case),
        **told("D.3", number(weight)),
        **told("D.4", number(round(height)) if height is not None else None),
        **(told("D.5", sex) if SEX.of(sex) else told("D.5", None, "UNK")),
        **told("D.7.2", _history(person)),
        **told("D.9.1", day(case.event.get("died_on"))),
    }


def _age(case: Case) -> Told:
    """The age at onset; where only the year of the onset is known, the difference of the years."""
    years = case.onset.year - int(case.participant["birth_year"])
    if case.onset.month is None:
        return told("D.2.2a", max(years, 0)) | told("D.2.2b", "a")
    months = max(years * 12 + case.onset.month - int(case.participant["birth_month"]), 0)
    if months < MONTHS_UNTIL:
        return told("D.2.2a", months) | told("D.2.2b", "mo")
    return told("D.2.2a", months // 12) | told("D.2.2b", "a")


def _last_measured(case: Case, name: str) -> Any:
    """The last weight or height on or before the onset, by the latest day it may be."""
    until = case.onset.latest.isoformat()
    known = [
        (visit["visited_on"], visit["forms"]["vital_signs"][name])
        for visit in case.visits
        if visit.get("visited_on", "9999") <= until
        and ((visit.get("forms") or {}).get("vital_signs") or {}).get(name) is not None
    ]
    return max(known, key=lambda one: one[0])[1] if known else None


def _history(person: Image) -> str:
    dates = [
        f"{words} {person[name]}"
        for name, words in (("symptom_onset", "first symptoms"), ("diagnosed_on", "diagnosed"))
        if person.get(name)
    ]
    return "; ".join([DISEASE, *dates])


# --- E: the reaction --------------------------------------------------------------------------------------------------


def _reaction(case: Case) -> Told:
    event = case.event
    found = {
        **told("E.i.id", event["id"]),
        **told("E.i.1.2", event["term"]),
        **_coded(case.coded),
        **told("E.i.4", day(event["started_on"])),
        **told("E.i.5", day(event.get("ended_on"))),
        **told("E.i.7", event["outcome"]),
        **told("E.i.9", case.site["country"]),
    }
    for criterion, (element, _) in SERIOUSNESS.items():
        found |= told(element, True) if criterion in case.criteria else told(element, None, "NI")
    return found


def _coded(term: Mapping[str, Any] | None) -> Told:
    """The MedDRA code; a term of another dictionary has none that E2B takes, and the check says so."""
    if term is None or str(term["dictionary"]).casefold() != MEDDRA:
        return {}
    return told("E.i.2.1a", str(term["version"])) | told("E.i.2.1b", term["code"])


# --- F: tests ---------------------------------------------------------------------------------------------------------


def _results(case: Case) -> Iterator[tuple[Image, Image]]:
    """The results that the event names, each with its visit, in the order of the visits."""
    wanted = {(one["visit_id"], one["analyte"]) for one in case.event.get("laboratory_results") or ()}
    for visit in sorted(case.visits, key=lambda one: (one.get("visited_on", ""), one["id"])):
        for result in visit.get("laboratory_results") or ():
            if (visit["id"], result["analyte"]) in wanted and not result.get("missing_reason"):
                yield visit, result


def _test(visit: Image, result: Image) -> Told:
    at = (result.get("collected_at") or "")[:10] or visit.get("visited_on")
    unit = result.get("unit")
    return {
        **(told("F.r.1", day(at)) if at else told("F.r.1", None, "UNK")),
        **told("F.r.2.1", CATALOGUE[result["analyte"]].name),
        **told("F.r.3.1", result.get("finding")),
        **told("F.r.3.2", number(result.get("value"))),
        **told("F.r.3.2q", result.get("comparator")),
        **(told("F.r.3.3", unit) if result.get("value") is not None else {}),
        **(told("F.r.4", number(result.get("lower_limit"))) if unit else {}),
        **(told("F.r.5", number(result.get("upper_limit"))) if unit else {}),
    }


# --- H: in words ------------------------------------------------------------------------------------------------------


def _narrative(case: Case) -> Told:
    comments = [(case.assessment or {}).get("comment"), PREGNANCY if _in_pregnancy(case) else None]
    return told("H.1", case.event.get("narrative")) | told("H.4", "\n".join(filter(None, comments)) or None)


def _in_pregnancy(case: Case) -> bool:
    return "pregnancy" in (case.event.get("special_situations") or ())
