"""Concomitant and prior treatments of juvenile dermatomyositis with their class, and the routes of giving them.

Sources: domain reference 5 (concomitants), 2.8 (glucocorticoids), S-VOYER (plasma exchange, immunoadsorption), S-MYOCIT
(live vaccines at least 4 weeks before). CDISC submission values of routes: SDTM CT 2025-03-28, ROUTE. The grouping into
classes is ours. JAK inhibitors are not listed: their exposure is a dose, not a concomitant medication.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "glucocorticoid": "Systemic glucocorticoid",
        "conventional_immunosuppressant": "Conventional immunosuppressant or antimalarial",
        "biologic": "Biologic",
        "immunoglobulin": "Immunoglobulin",
        "apheresis": "Plasma exchange or immunoadsorption",
        "calcinosis": "Treatment of calcinosis",
        "topical": "Topical treatment",
        "prophylaxis": "Prophylaxis of infection",
        "vaccine_live": "Live vaccine",
        "vaccine_other": "Vaccine that is not live",
        "interacting": "Drug that changes the exposure to a JAK inhibitor",
        "other": "Other",
    }
)

ROUTES: Mapping[str, str] = MappingProxyType(
    {
        "oral": "Oral",
        "subcutaneous": "Subcutaneous",
        "intravenous": "Intravenous",
        "intramuscular": "Intramuscular",
        "intralesional": "Intralesional",
        "intra_articular": "Intra-articular",
        "intradermal": "Intradermal",
        "nasal": "Nasal",
        "ophthalmic": "Ophthalmic",
        "rectal": "Rectal",
        "topical": "Topical",
        "extracorporeal": "Extracorporeal",
        "other": "Other",
    }
)

ROUTE_CDISC: Mapping[str, str] = MappingProxyType(
    {route: route.replace("intra_", "intra-").upper() for route in ROUTES if route not in {"extracorporeal", "other"}}
)


@dataclass(frozen=True, slots=True)
class Medication:
    """A treatment by its code, its words and its class."""

    code: str
    name: str
    kind: str


def _of(kind: str, **medications: str) -> tuple[Medication, ...]:
    return tuple(Medication(code, name, kind) for code, name in medications.items())


_ALL: tuple[Medication, ...] = (
    *_of(
        "glucocorticoid",
        prednisone="Prednisone",
        prednisolone="Prednisolone",
        methylprednisolone="Methylprednisolone",
        hydrocortisone="Hydrocortisone",
        cortisone="Cortisone",
        dexamethasone="Dexamethasone",
        betamethasone="Betamethasone",
        triamcinolone="Triamcinolone",
        deflazacort="Deflazacort",
    ),
    *_of(
        "conventional_immunosuppressant",
        methotrexate="Methotrexate",
        mycophenolate="Mycophenolate",
        hydroxychloroquine="Hydroxychloroquine",
        ciclosporin="Ciclosporin",
        tacrolimus="Tacrolimus",
        azathioprine="Azathioprine",
        cyclophosphamide="Cyclophosphamide",
    ),
    *_of(
        "biologic",
        rituximab="Rituximab",
        abatacept="Abatacept",
        infliximab="Infliximab",
        adalimumab="Adalimumab",
        etanercept="Etanercept",
        tocilizumab="Tocilizumab",
        anifrolumab="Anifrolumab",
    ),
    *_of("immunoglobulin", ivig="Immunoglobulin, intravenous", scig="Immunoglobulin, subcutaneous"),
    *_of("apheresis", plasma_exchange="Plasma exchange", immunoadsorption="Immunoadsorption"),
    *_of(
        "calcinosis",
        pamidronate="Pamidronate",
        zoledronate="Zoledronate",
        sodium_thiosulfate="Sodium thiosulfate",
        diltiazem="Diltiazem",
    ),
    *_of("topical", topical_steroid="Topical steroid", topical_tacrolimus="Topical tacrolimus"),
    *_of("prophylaxis", co_trimoxazole="Co-trimoxazole", aciclovir="Aciclovir"),
    *_of("vaccine_live", live_vaccine="Live vaccine"),
    *_of("vaccine_other", other_vaccine="Vaccine that is not live"),
    *_of("interacting", probenecid="Probenecid"),
    *_of("other", other="Other treatment"),
)

MEDICATIONS: Mapping[str, Medication] = MappingProxyType({medication.code: medication for medication in _ALL})


def of_class(kind: str) -> tuple[Medication, ...]:
    """The medications of one class, in the order of the vocabulary."""
    return tuple(medication for medication in MEDICATIONS.values() if medication.kind == kind)


LIVE_VACCINES = frozenset(medication.code for medication in of_class("vaccine_live"))
