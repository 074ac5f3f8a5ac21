"""What the rules of disease states read from a visit: a value, or why what is there does not count."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from registry.domain import items, sums
from registry.domain.course import Visit, exact
from registry.domain.functioning import ChaqConstants, chaq_total
from registry.domain.rules import Rule

LIKERT = "The {} is on the Likert scale: the rule is in cm on the visual analogue scale."
NOT_ON_80 = "The MMT8 is not on the scale of 0 to 80, and the muscles of the side used are not all recorded."
OTHER_SCALE = "The MMT8 is on another scale than at baseline: versions of a scale are never mixed."
ABOVE_MAXIMUM = "The MMT8 total is above the maximum of the version used."
WORDS = {
    "physician": "physician's global activity",
    "patient": "patient's or parent's global assessment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A value of a visit with the fields it was read from, or None with why what is there does not count."""

    value: Decimal | None = None
    reason: str | None = None
    fields: tuple[str, ...] = ()


def unusable(read: Mapping[str, Read]) -> dict[str, str]:
    """Give the reasons of the measures that are there and do not count."""
    return {name: one.reason for name, one in read.items() if one.reason is not None}


def fields_of(read: Mapping[str, Read]) -> tuple[str, ...]:
    """Give the fields that the measures were read from."""
    return tuple(field for one in read.values() for field in one.fields)


def plain(visit: Visit, form: str, name: str) -> Read:
    """Read a number of a form."""
    return Read(value=visit.measured(form, name), fields=_there(visit, form, name))


def total(visit: Visit, form: str, name: str) -> Read:
    """Read a total: as it was given, else what its items make of it."""
    return visit.once(name, lambda: _recorded(visit, form, sums.TOTALS[name]))


def chaq(visit: Visit, rule: Rule[ChaqConstants]) -> Read:
    """Read the CHAQ index by the constants of a rule; of an index that was stated rounded its domains decide."""
    return visit.once(rule.constants, lambda: _recorded(visit, "functioning", chaq_total(rule)))


def cmas_maximum(visit: Visit) -> Read:
    """Read the maximum of the CMAS version used: as it was said, else 52 where all its items are there."""
    said = plain(visit, "muscle_strength", items.CMAS_MAXIMUM)
    if said.value is not None or sums.cmas(visit.form("muscle_strength")).total is None:
        return said
    return Read(value=Decimal(items.CMAS_FULL_MAXIMUM))


def _recorded(visit: Visit, form: str, of: sums.Total) -> Read:
    found = sums.recorded_total(of, visit.form(form))
    return Read(value=found.total, reason=found.reason, fields=_there(visit, form, *found.fields))


def global_in_cm(visit: Visit, rater: str) -> Read:
    """Read a global assessment on the visual analogue scale; rater is physician or patient."""
    value, scale = f"{rater}_global_activity", f"{rater}_global_scale"
    fields = _there(visit, "disease_activity", value, scale)
    if visit.form("disease_activity").get(scale) == "likert":
        return Read(reason=LIKERT.format(WORDS[rater]), fields=fields)
    return Read(value=visit.measured("disease_activity", value), fields=fields)


def patient_global(visit: Visit, wording: str | None, otherwise: str) -> Read:
    """Read the patient's global assessment where it asked the question that counts; else say `otherwise`."""
    read = global_in_cm(visit, "patient")
    fields = (*read.fields, *_there(visit, "disease_activity", "patient_global_wording"))
    if read.value is not None and wording_of(visit) != wording:
        return Read(reason=otherwise, fields=fields)
    return Read(value=read.value, reason=read.reason, fields=fields)


def wording_of(visit: Visit) -> str | None:
    """Give which question the patient or parent was asked."""
    wording: str | None = visit.form("disease_activity").get("patient_global_wording")
    return wording


def creatine_kinase(visit: Visit) -> tuple[Read, str | None, str | None]:
    """Read the creatine kinase that counts, with its unit and comparator."""
    result = visit.counting("CK")
    if result is None:
        return Read(), None, None
    read = Read(value=exact(result["value"]), fields=("/laboratory_results/CK",))
    return read, result.get("unit"), result.get("comparator")


def mmt8_of_80(visit: Visit) -> Read:
    """Read the MMT8 on the scale of 0 to 80: as given, else the neck and seven muscles of the side used."""
    form = visit.form("muscle_strength")
    if exact(form.get(items.MMT8_MAXIMUM)) == items.MMT8_UNILATERAL_MAXIMUM and form.get(items.MMT8_TOTAL) is not None:
        return _within(mmt8(visit), items.MMT8_UNILATERAL_MAXIMUM)
    expected = sums.mmt8({**form, items.MMT8_MAXIMUM: items.MMT8_UNILATERAL_MAXIMUM})
    fields = _there(visit, "muscle_strength", items.MMT8_SIDE, *expected.given)
    if expected.total is None and (form.get(items.MMT8_TOTAL) is not None or expected.given):
        return Read(reason=NOT_ON_80, fields=fields)
    return Read(value=expected.total, fields=fields)


def mmt8_on(visit: Visit, maximum: Decimal) -> Read:
    """Read the MMT8 on a scale of this maximum."""
    if maximum == items.MMT8_UNILATERAL_MAXIMUM:
        return mmt8_of_80(visit)
    read = mmt8(visit)
    if read.value is not None and mmt8_maximum(visit) != maximum:
        return Read(reason=OTHER_SCALE, fields=read.fields)
    return _within(read, maximum)


def mmt8_maximum(visit: Visit) -> Decimal | None:
    """Give the maximum of the MMT8 version used."""
    return visit.measured("muscle_strength", items.MMT8_MAXIMUM)


def mmt8(visit: Visit) -> Read:
    """Read the MMT8 on the scale that it says it is on: as given, else of its muscles."""
    read = total(visit, "muscle_strength", items.MMT8_TOTAL)
    return replace(read, fields=(*read.fields, *_there(visit, "muscle_strength", items.MMT8_MAXIMUM)))


def _within(read: Read, maximum: Decimal | int) -> Read:
    above = read.value is not None and read.value > maximum
    return Read(reason=ABOVE_MAXIMUM, fields=read.fields) if above else read


def _there(visit: Visit, form: str, *names: str) -> tuple[str, ...]:
    """Give the pointers of the fields that have a value."""
    return tuple(f"/forms/{form}/{name}" for name in names if visit.form(form).get(name) is not None)
