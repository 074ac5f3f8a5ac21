"""What an extract is asked to be: its inputs; the same inputs make the same files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from registry.domain.deidentification import PROFILES, Profile


@dataclass(frozen=True, slots=True)
class Order:
    """An extract as it was ordered; nothing here changes while it is written, or when it is written again.

    `as_of` is the moment whose records are read: now, when it was ordered, or a past one. `cut` is the code of the data cut of
    that moment, if one was named. `role` are the roles by which it was ordered, with commas, and `sites` those that it covers
    (`*` or identifiers with commas): they decide what may be seen. `uses` are the uses that everybody in it agreed to.
    `kinds` are names of its files, `formats` those of `FORMATS`. `key_version` tells which key made its pseudonyms.
    """

    id: str
    study_id: str
    as_of: datetime
    profile_name: str
    recipient: str
    uses: tuple[str, ...]
    kinds: tuple[str, ...]
    formats: tuple[str, ...]
    sites: str
    role: str
    key_version: int
    cut: str | None = None

    @property
    def profile(self) -> Profile:
        """The profile by which it is de-identified."""
        return PROFILES[self.profile_name]

    @property
    def addressee(self) -> str:
        """For whom its pseudonyms are: the recipient by this profile, so that its files by two profiles share none."""
        return f"{self.profile_name} {self.recipient}"


FORMATS: dict[str, str] = {
    "csv": "CSV, exact decimals, one file a record kind",
    "parquet": "Parquet with labels and units in the metadata",
    "xpt": "SAS transport, version 5",
    "stata": "Stata 14 and later, with value labels",
    "spss": "SPSS, with value labels",
    "dataset_json": "CDISC Dataset-JSON 1.1",
    "r": "CSV and an R script that loads it with labels",
}
"""Formats in which an extract can be asked for."""
USUAL_FORMATS = ("csv",)
