"""Events of special interest of a JAK inhibitor in juvenile dermatomyositis: the rule set, as versioned data.

Topics: domain reference 6. Which words, grades and results make a candidate is said by no source: the rule set is ours,
version 1, [MEM 80%] for the words, and its cut-offs are constants that a study can put its own in place of. The words are
plain English and those of CTCAE; no term or code of a licensed dictionary is here. A candidate is a question to a
person, never a judgement: the words are therefore wide. The CTCAE version, and what a fall of the eGFR is, are those of
the rules that watch the laboratory (`laboratory_safety`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from registry.domain.rules import NO_CODES, Rule, constant
from registry.domain.special_interest_words import INFECTION, WORDS
from registry.domain.vocabulary import SPECIAL_INTEREST

_OURS = "Rule of ours, version 1, for the topics of domain reference 6"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """From which CTCAE grade on a laboratory result is put before a person."""

    cytopenia_grade: int = constant(
        "CTCAE grade from which low neutrophils, lymphocytes, platelets, leucocytes or haemoglobin count",
        3,
        source=_OURS,
        certainty=70,
        high=4,
    )
    transaminases_grade: int = constant(
        "CTCAE grade from which raised ALT or AST counts", 2, source=_OURS, certainty=70, high=4
    )
    lipids_grade: int = constant(
        "CTCAE grade from which raised cholesterol or triglycerides count", 2, source=_OURS, certainty=70, high=4
    )
    live_vaccine_days: int = constant(
        "Days before the first day and after the last day of a dose within which a live vaccine counts: 4 weeks before "
        "treatment by MYOCIT, after it ours",
        28,
        source="S-MYOCIT; after the dose, rule of ours, version 1",
        certainty=70,
        low=0,
    )


SPECIAL_INTEREST_RULE = Rule(
    id="special-interest",
    title="Candidates for events of special interest of a JAK inhibitor",
    version="1",
    source=_OURS,
    certainty=70,
    constants=Constants(),
    categories=SPECIAL_INTEREST,
)

FOUND_BY: Mapping[str, str] = MappingProxyType(
    {
        "term": "Words of the event: as reported, as CTCAE term or as coded",
        "code": "Code of a dictionary that the study named",
        "special_situation": "Special situation of the event",
        "laboratory_grade": "Grade, fall or signal of a laboratory result",
        "virus_result": "Positive result for an infectious agent",
        "medication": "Live vaccine near a dose of a JAK inhibitor",
    }
)
"""The ways by which a candidate is found."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What makes a candidate of one topic.

    `words` name it; with `together` one of these is needed besides. `serious_only`: the event must be serious.
    `graded` maps analytes to the constant that holds the grade from which they count, `measured` names analytes that are
    judged by more than a grade, `positive` those whose positive result counts, `positive_later` those that count only
    after baseline, because a positive result before it is no reactivation.
    """

    code: str
    words: tuple[str, ...]
    together: tuple[str, ...] = ()
    serious_only: bool = False
    situations: tuple[str, ...] = ()
    graded: Mapping[str, str] = field(default_factory=lambda: NO_CODES)
    measured: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    positive_later: tuple[str, ...] = ()

    @property
    def analytes(self) -> tuple[str, ...]:
        """Every analyte whose result can make a candidate."""
        return (*self.graded, *self.measured, *self.positive, *self.positive_later)


def _graded(constant_name: str, *analytes: str) -> Mapping[str, str]:
    return MappingProxyType(dict.fromkeys(analytes, constant_name))


_BESIDES: Mapping[str, Mapping[str, Any]] = {
    "serious_infection": {"serious_only": True},
    "calcinosis_infection": {"together": INFECTION},
    "pregnancy": {"situations": ("pregnancy",)},
    "overdose": {"situations": ("overdose",)},
    "bk_virus": {"positive": ("BKVPLASMA", "BKVURINE")},
    "ebv_cmv": {"positive": ("EBVPLASMA", "CMVPLASMA")},
    "hepatitis_b_reactivation": {"positive_later": ("HBSAG", "HBVDNA")},
    "tuberculosis": {"positive_later": ("IGRA",)},
    "cytopenia": {"graded": _graded("cytopenia_grade", "NEUT", "LYM", "PLAT", "WBC", "HGB")},
    "transaminases": {"graded": _graded("transaminases_grade", "ALT", "AST")},
    "lipids": {"graded": _graded("lipids_grade", "CHOL", "TRIG")},
    "ck_rise": {"measured": ("CK",)},
    "egfr_fall": {"measured": ("CREAT", "EGFR")},
    "hypogammaglobulinaemia": {"measured": ("IGG",)},
}
"""What makes a candidate beside the words."""

TOPICS: Mapping[str, Topic] = MappingProxyType(
    {code: Topic(code, WORDS[code], **_BESIDES.get(code, {})) for code in SPECIAL_INTEREST}
)
"""The rule set: what makes a candidate of each topic."""
