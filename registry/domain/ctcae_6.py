"""Grade a laboratory value by CTCAE version 6.0 (2025), where that version is sourced; nothing else is graded.

Source: domain reference 4.3; anaemia, leucocytes, cholesterol and triglycerides are as in 5.0. Decided where the table
leaves room:

* Thrombocytopenia takes the place of platelet count decreased; its grade 3 by transfusion is not by number.
* ALT and AST of a baseline above the limit: the baseline itself is in grade 1, as "1.0-1.5 x baseline" says.
* Creatinine counts multiples of the baseline, for grades 2 and 3, only where the baseline was below the lower limit;
  the worse holds. Without a baseline the limits decide, and the grade is not final.
* ALP above the upper limit and above the baseline is grade 1; a value not above one of them is grade 0.
* An increase of haemoglobin, lymphocytes, CK, GGT, bilirubin and albumin are not sourced for 6.0: they have no grade.
"""

from dataclasses import dataclass
from types import MappingProxyType

from registry.domain import ctcae, ctcae_rows
from registry.domain.ctcae import CATEGORIES, CtcaeDetails, Table, Term
from registry.domain.ctcae_ladder import Direction, Ladder, Measured, Undecidable
from registry.domain.ctcae_rows import Edges
from registry.domain.ctcae_shared import UnchangedConstants, grades, unchanged
from registry.domain.rules import Result, Rule, constant

VERSION = "6.0"
_SOURCE = "Domain reference 4.3 (NCI CTCAE v6.0 as in pharmaverse/admiral)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants(UnchangedConstants):
    """The edges of the grades of CTCAE 6.0: grade_1 is where grade 1 ends; multiples are of the limit or the baseline."""

    neutrophils: Edges = constant(
        "Neutrophil count decreased, lower edges, 10*9/L; grade_0 is where grade 1 begins",
        grades("1.5", "1.0", "0.5", "0.1", first=0),
        source=_SOURCE,
        ordered="strictly",
    )
    platelets: Edges = constant(
        "Thrombocytopenia, lower edges, 10*9/L", grades("75", "50", "10"), source=_SOURCE, ordered="strictly"
    )
    transaminases: Edges = constant(
        "ALT or AST increased, multiples of the upper limit", grades("3", "5", "20"), source=_SOURCE, ordered="strictly"
    )
    transaminases_of_baseline: Edges = constant(
        "ALT or AST increased, multiples of an abnormal baseline",
        grades("1.5", "2.0", "4.0", beginning="1.0"),
        source=_SOURCE,
        ordered="strictly",
    )
    creatinine: Edges = constant(
        "Creatinine increased, multiples of the upper limit",
        grades("1.5", "3", "6"),
        source=_SOURCE,
        ordered="strictly",
    )
    creatinine_of_low_baseline: Edges = constant(
        "Creatinine increased, multiples of a baseline below the lower limit",
        grades("1.5", "3"),
        source=_SOURCE,
        ordered="strictly",
    )


CTCAE_6 = Rule(
    id="ctcae-grade-6.0",
    title="Laboratory grade by CTCAE version 6.0",
    version="1",
    source=_SOURCE,
    constants=Constants(),
    categories=CATEGORIES,
    details=CtcaeDetails,
)


def _transaminase(measured: Measured, at: Constants) -> Ladder | Undecidable:
    return ctcae_rows.multiples_or_baseline(measured, at.transaminases, at.transaminases_of_baseline)


def _creatinine(measured: Measured, at: Constants) -> Ladder | Undecidable:
    by_limits = ctcae_rows.multiples(measured, at.creatinine)
    return ctcae_rows.worse_of_low_baseline(measured, by_limits, at.creatinine_of_low_baseline)


TABLE: Table[Constants] = MappingProxyType(
    {
        **unchanged(),
        ("NEUT", "decrease"): Term(
            "Neutrophil count decreased", lambda one, at: ctcae_rows.below_cut_offs(one, {"10*9/L": at.neutrophils})
        ),
        ("PLAT", "decrease"): Term("Thrombocytopenia", lambda one, at: ctcae_rows.below(one, {"10*9/L": at.platelets})),
        ("ALT", "increase"): Term("Alanine aminotransferase increased", _transaminase, by_baseline=True),
        ("AST", "increase"): Term("Aspartate aminotransferase increased", _transaminase, by_baseline=True),
        ("CREAT", "increase"): Term("Creatinine increased", _creatinine, by_baseline=True),
        ("ALP", "increase"): Term(
            "Alkaline phosphatase increased", lambda one, at: ctcae_rows.above_limit_and_baseline(one), by_baseline=True
        ),
    }
)


def grade(measured: Measured, direction: Direction | None = None, rule: Rule[Constants] = CTCAE_6) -> Result:
    """Grade a value by CTCAE 6.0; a term that is not sourced for this version is not graded."""
    return ctcae.grade(measured, direction, TABLE, rule, VERSION)
