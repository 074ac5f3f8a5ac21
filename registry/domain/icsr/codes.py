"""The code lists of ICH E2B(R3) by the codes of the registry, each with its object identifier.

Source: S-E2B, FDA's list of E2B(R3) core data elements; the lists of first sender, nullification, qualification and sender
type, which were not in the part that was read, are [MEM 85%]. E2B has no code for a drug that was interrupted: it is sent as
withdrawn, which it was at the time, and said in words beside (G.k.11); that choice is ours, [MEM 70%].
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

ICH = "2.16.840.1.113883.3.989.2.1.1"
"""The root of the code lists of ICH; the number of the list follows."""
OBSERVATION = f"{ICH}.19"
"""The list of what an observation is about."""
SECTIONS = f"{ICH}.20"
ROLES = f"{ICH}.21"
COUNTRY = "1.0.3166.1.2.2"
SEX_SYSTEM = "1.0.5218"
MEDDRA = "2.16.840.1.113883.6.163"
INTERPRETATION = "2.16.840.1.113883.5.83"
ACT_CODE = "2.16.840.1.113883.5.4"
INTERACTION = "2.16.840.1.113883.1.6"
TRIGGER = "2.16.840.1.113883.1.18"


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of E2B with its codes by those of the registry."""

    system: str
    codes: Mapping[str, str]

    def of(self, code: str | None) -> str | None:
        """Give the code of E2B; None where it has none."""
        return self.codes.get(code) if code is not None else None


def _list(number: int, **codes: str) -> CodeList:
    return CodeList(f"{ICH}.{number}", MappingProxyType(codes))


REPORT_TYPE = _list(2, report_from_study="2")
FIRST_SENDER = _list(3, other="2")
NULLIFICATION = _list(5, nullification="1")
QUALIFICATION = _list(6, physician="1")
SENDER_TYPE = _list(7, other="6")
STUDY_TYPE = _list(8, randomised="1", single_arm="1", observational_cohort="3")
OUTCOME = _list(
    11, recovered="1", recovering="2", not_recovered="3", recovered_with_sequelae="4", fatal="5", unknown="0"
)
FINDING = _list(12, positive="1", negative="2", indeterminate="4")
DRUG_ROLE = _list(13, suspect="1", concomitant="2")
ACTION = _list(
    15,
    withdrawn="1",
    interrupted="1",
    reduced="2",
    increased="3",
    not_changed="4",
    unknown="0",
    not_applicable="9",
)
RECURRENCE = _list(16, positive="1", negative="2", not_done="4", not_applicable="4")
DRUG_INFORMATION = _list(17, overdose="2", medication_error="7")
SEX = CodeList(SEX_SYSTEM, MappingProxyType({"male": "1", "female": "2"}))

SERIOUSNESS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "death": ("E.i.3.2a", "34"),
        "life_threatening": ("E.i.3.2b", "21"),
        "hospitalisation": ("E.i.3.2c", "33"),
        "disability": ("E.i.3.2d", "35"),
        "congenital_anomaly": ("E.i.3.2e", "12"),
        "important_medical_event": ("E.i.3.2f", "26"),
    }
)
"""Element and code of observation of each criterion of seriousness."""
