"""Grade a laboratory value by CTCAE version 5.0.

Source: domain reference 4.2, exact text; its test vectors are in 4.4. Decided where the table leaves room:

* Creatinine increased gives grades 2 and 3 by the baseline as well as by the upper limit: the worse holds, also for a
  value within the limits of normal. Without a baseline the limits decide, and the grade is not final.
* Transaminases, GGT and bilirubin without a baseline are graded by the limits of normal, as over a normal baseline; above
  the upper limit the grade is not final.
* GGT of an abnormal baseline begins at 2 x baseline, which is in grade 1; bilirubin begins above 1 x baseline.
* Fixed cut-offs hold whatever the lower limit: haemoglobin 98 g/L is grade 2 where the limit is 95 too.
* Hypertriglyceridaemia begins at 150 mg/dL, which is in grade 1, whatever the laboratory's limit.
* Haemoglobin in mmol/L is graded by the mmol/L that CTCAE prints; its increase, printed in g/dL alone, by conversion.
"""

from dataclasses import dataclass
from types import MappingProxyType

from registry.domain import ctcae, ctcae_rows
from registry.domain.ctcae import CATEGORIES, CtcaeDetails, Table, Term
from registry.domain.ctcae_ladder import Direction, Ladder, Measured, Undecidable
from registry.domain.ctcae_rows import Edges
from registry.domain.ctcae_shared import UnchangedConstants, grades, unchanged
from registry.domain.rules import Result, Rule, constant

VERSION = "5.0"
_SOURCE = "Domain reference 4.2 (NCI CTCAE v5.0 as in pharmaverse/admiral)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants(UnchangedConstants):
    """The edges of the grades of CTCAE 5.0: grade_1 is where grade 1 ends; multiples are of the limit or the baseline."""

    neutrophils: Edges = constant(
        "Neutrophil count decreased, lower edges, 10*9/L",
        grades("1.5", "1.0", "0.5"),
        source=_SOURCE,
        ordered="strictly",
    )
    lymphocytes: Edges = constant(
        "Lymphocyte count decreased, lower edges, 10*9/L",
        grades("0.8", "0.5", "0.2"),
        source=_SOURCE,
        ordered="strictly",
    )
    platelets: Edges = constant(
        "Platelet count decreased, lower edges, 10*9/L", grades("75", "50", "25"), source=_SOURCE, ordered="strictly"
    )
    transaminases: Edges = constant(
        "ALT or AST increased, multiples of the upper limit", grades("3", "5", "20"), source=_SOURCE, ordered="strictly"
    )
    transaminases_of_baseline: Edges = constant(
        "ALT or AST increased, multiples of an abnormal baseline",
        grades("3", "5", "20", beginning="1.5"),
        source=_SOURCE,
        ordered="strictly",
    )
    ggt: Edges = constant(
        "GGT increased, multiples of the upper limit", grades("2.5", "5", "20"), source=_SOURCE, ordered="strictly"
    )
    ggt_of_baseline: Edges = constant(
        "GGT increased, multiples of an abnormal baseline",
        grades("2.5", "5", "20", beginning="2"),
        source=_SOURCE,
        ordered="strictly",
    )
    bilirubin: Edges = constant(
        "Blood bilirubin increased, multiples of the upper limit",
        grades("1.5", "3", "10"),
        source=_SOURCE,
        ordered="strictly",
    )
    bilirubin_of_baseline: Edges = constant(
        "Blood bilirubin increased, multiples of an abnormal baseline",
        grades("1.5", "3", "10", beginning="1"),
        source=_SOURCE,
        ordered="strictly",
    )
    ck: Edges = constant(
        "CPK increased, multiples of the upper limit", grades("2.5", "5", "10"), source=_SOURCE, ordered="strictly"
    )
    creatinine: Edges = constant(
        "Creatinine increased, multiples of the upper limit",
        grades("1.5", "3", "6"),
        source=_SOURCE,
        ordered="strictly",
    )
    creatinine_of_baseline: Edges = constant(
        "Creatinine increased, multiples of the baseline", grades("1.5", "3"), source=_SOURCE, ordered="strictly"
    )
    albumin: Edges = constant(
        "Hypoalbuminemia, lower edges, g/L", grades("30", "20"), source=_SOURCE, ordered="strictly"
    )
    haemoglobin_increase: Edges = constant(
        "Hemoglobin increased, g/L above the upper limit", grades("20", "40"), source=_SOURCE, ordered="strictly"
    )


CTCAE_5 = Rule(
    id="ctcae-grade-5.0",
    title="Laboratory grade by CTCAE version 5.0",
    version="1",
    source=_SOURCE,
    constants=Constants(),
    categories=CATEGORIES,
    details=CtcaeDetails,
)


def _transaminase(measured: Measured, at: Constants) -> Ladder | Undecidable:
    return ctcae_rows.multiples_or_baseline(measured, at.transaminases, at.transaminases_of_baseline)


def _bilirubin(measured: Measured, at: Constants) -> Ladder | Undecidable:
    return ctcae_rows.multiples_or_baseline(measured, at.bilirubin, at.bilirubin_of_baseline, closed=False)


def _creatinine(measured: Measured, at: Constants) -> Ladder | Undecidable:
    by_limits = ctcae_rows.multiples(measured, at.creatinine)
    return ctcae_rows.worse_of(measured, by_limits, at.creatinine_of_baseline)


def _cells(measured: Measured, edges: Edges) -> Ladder:
    return ctcae_rows.below(measured, {"10*9/L": edges})


TABLE: Table[Constants] = MappingProxyType(
    {
        **unchanged(),
        ("NEUT", "decrease"): Term("Neutrophil count decreased", lambda one, at: _cells(one, at.neutrophils)),
        ("LYM", "decrease"): Term("Lymphocyte count decreased", lambda one, at: _cells(one, at.lymphocytes)),
        ("PLAT", "decrease"): Term("Platelet count decreased", lambda one, at: _cells(one, at.platelets)),
        ("ALT", "increase"): Term("Alanine aminotransferase increased", _transaminase, by_baseline=True),
        ("AST", "increase"): Term("Aspartate aminotransferase increased", _transaminase, by_baseline=True),
        ("GGT", "increase"): Term(
            "GGT increased",
            lambda one, at: ctcae_rows.multiples_or_baseline(one, at.ggt, at.ggt_of_baseline),
            by_baseline=True,
        ),
        ("BILI", "increase"): Term("Blood bilirubin increased", _bilirubin, by_baseline=True),
        ("CK", "increase"): Term("CPK increased", lambda one, at: ctcae_rows.multiples(one, at.ck)),
        ("CREAT", "increase"): Term("Creatinine increased", _creatinine, by_baseline=True),
        ("ALB", "decrease"): Term("Hypoalbuminemia", lambda one, at: ctcae_rows.below(one, {"g/L": at.albumin})),
        ("HGB", "increase"): Term(
            "Hemoglobin increased", lambda one, at: ctcae_rows.over_limit(one, {"g/L": at.haemoglobin_increase})
        ),
    }
)


def grade(measured: Measured, direction: Direction | None = None, rule: Rule[Constants] = CTCAE_5) -> Result:
    """Grade a value by CTCAE 5.0; the direction tells the increase of haemoglobin from its decrease."""
    return ctcae.grade(measured, direction, TABLE, rule, VERSION)
