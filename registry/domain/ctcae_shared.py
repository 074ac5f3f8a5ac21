"""The CTCAE criteria for laboratory values that versions 5.0 and 6.0 share.

Source: domain reference 4.2; 4.3 says that haemoglobin (anaemia), leucocytes, cholesterol and triglycerides are as in 5.0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from registry.domain import ctcae_rows
from registry.domain.ctcae import Term
from registry.domain.ctcae_ladder import Direction
from registry.domain.ctcae_rows import Edges
from registry.domain.rules import constant

_SOURCE = "Domain reference 4.2, unchanged in 4.3 (NCI CTCAE v5.0 and v6.0 as in pharmaverse/admiral)"


def grades(*edges: str, beginning: str | None = None, first: int = 1) -> Mapping[str, Decimal]:
    """The edges where the grades end, from the `first` on, and where grade 1 begins if not at a limit."""
    cut_offs = {f"grade_{grade}": Decimal(edge) for grade, edge in enumerate(edges, first)}
    return cut_offs if beginning is None else {ctcae_rows.BEGINNING: Decimal(beginning), **cut_offs}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnchangedConstants:
    """The edges of the grades that versions 5.0 and 6.0 share: grade_1 is where grade 1 ends."""

    anaemia: Edges = constant("Anemia, lower edges, g/L", grades("100", "80"), source=_SOURCE, ordered="strictly")
    anaemia_molar: Edges = constant(
        "Anemia, lower edges, mmol/L as printed", grades("6.2", "4.9"), source=_SOURCE, ordered="strictly"
    )
    leucocytes: Edges = constant(
        "White blood cell decreased, lower edges, 10*9/L",
        grades("3.0", "2.0", "1.0"),
        source=_SOURCE,
        ordered="strictly",
    )
    cholesterol: Edges = constant(
        "Cholesterol high, upper edges, mmol/L as printed",
        grades("7.75", "10.34", "12.92"),
        source=_SOURCE,
        ordered="strictly",
    )
    cholesterol_mass: Edges = constant(
        "Cholesterol high, upper edges, mg/dL", grades("300", "400", "500"), source=_SOURCE, ordered="strictly"
    )
    triglycerides: Edges = constant(
        "Hypertriglyceridemia, upper edges, and where grade 1 begins, mmol/L as printed",
        grades("3.42", "5.7", "11.4", beginning="1.71"),
        source=_SOURCE,
        ordered="strictly",
    )
    triglycerides_mass: Edges = constant(
        "Hypertriglyceridemia, upper edges, and where grade 1 begins, mg/dL",
        grades("300", "500", "1000", beginning="150"),
        source=_SOURCE,
        ordered="strictly",
    )


def unchanged() -> dict[tuple[str, Direction], Term[UnchangedConstants]]:
    """The terms that versions 5.0 and 6.0 share."""
    return {
        ("HGB", "decrease"): Term(
            "Anemia", lambda one, at: ctcae_rows.below(one, {"g/L": at.anaemia, "mmol/L": at.anaemia_molar})
        ),
        ("WBC", "decrease"): Term(
            "White blood cell decreased", lambda one, at: ctcae_rows.below(one, {"10*9/L": at.leucocytes})
        ),
        ("CHOL", "increase"): Term(
            "Cholesterol high",
            lambda one, at: ctcae_rows.above(one, {"mmol/L": at.cholesterol, "mg/dL": at.cholesterol_mass}),
        ),
        ("TRIG", "increase"): Term(
            "Hypertriglyceridemia",
            lambda one, at: ctcae_rows.above_cut_offs(
                one, {"mmol/L": at.triglycerides, "mg/dL": at.triglycerides_mass}
            ),
        ),
    }
