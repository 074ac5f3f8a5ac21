"""Record what belongs to a participant, in the study that the path names."""

from __future__ import annotations

from registry.api.contract import Call
from registry.api.entry import NO_PARTICIPANT
from registry.db import records, studies
from registry.db.transaction import Image
from registry.problems import NoSuchRecord, RulesBroken


def of_participant(call: Call, table: str, study: str) -> Image:
    """Keep what was sent as a record of its participant.

    Raises:
        NoSuchRecord: there is no such study.
        RulesBroken: the study has no such participant among those that may be seen.
    """
    study_id = studies.id_of(call.tx, study)
    try:
        image = records.record_of_participant(call.tx, table, call.body)
    except NoSuchRecord:
        raise RulesBroken(NO_PARTICIPANT) from None
    if image["study_id"] != study_id:
        raise RulesBroken(NO_PARTICIPANT)
    return image
