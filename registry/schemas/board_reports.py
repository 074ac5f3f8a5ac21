"""A report for the monitoring board: of which data cut."""

from __future__ import annotations

from registry.schemas.base import Record
from registry.schemas.data_cuts import CODE_FORM, CODE_SAYS
from registry.schemas.fields import Text, about


class BoardReportAsked(Record):
    """Which cut the report is as of."""

    cut = Text(
        40,
        pattern=CODE_FORM,
        says=CODE_SAYS,
        required=True,
        metadata=about("Code of the data cut", example="INTERIM-1"),
    )
