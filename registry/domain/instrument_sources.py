"""Where the scales of the instruments of a visit are from, by what the names of their fields begin with."""

from collections.abc import Mapping
from types import MappingProxyType

from registry.domain.functioning import CHAQ
from registry.domain.muscle_strength import CMAS, MMT8, MMT26
from registry.domain.skin_disease import CDASI_ACTIVITY, DAS, NAILFOLD

GLOBAL = "Domain reference 1.1, S-MEAS; 1.9, S-CORE"
UNCONFIRMED = "Domain reference 1.1; ranges not confirmed in a publication"

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "physician_global_": GLOBAL,
        "patient_global_": GLOBAL,
        "extramuscular_global_": "Domain reference 1.7, S-MDAAT",
        "mdaat_": "Domain reference 1.7, S-MDAAT",
        "mmt8_": MMT8.source,
        "mmt26_": MMT26.source,
        "cmas_": CMAS.source,
        "cdasi_": CDASI_ACTIVITY.source,
        "das_": DAS.source,
        "acat_": UNCONFIRMED,
        "nailfold_": NAILFOLD.source,
        "chaq_": CHAQ.source,
        "chq_": UNCONFIRMED,
        "promis_": "Domain reference 1.1, S-CARRA",
        "mdi_": "Domain reference 1.8, S-MDI; 1.1, S-NIHJDM",
    }
)
"""What the short names stand for is in `docs/sources.md`."""


def source_of(field: str) -> str | None:
    """Give the source of the scale that a field of a visit is of, if it is of an instrument."""
    return next((source for prefix, source in SOURCES.items() if field.startswith(prefix)), None)
