"""The treatment of an allocated participant: read one at a time, by who may know it, each time with an event."""

from __future__ import annotations

from registry.domain.protocol import BLINDED_PRODUCTS
from registry.schemas.base import Record
from registry.schemas.fields import Choice, Id, Moment, Text, about


class Treatment(Record):
    """Arm, product and kit of one participant."""

    participant_id = Id(dump_only=True, metadata=about("Participant"))
    number = Text(40, dump_only=True, metadata=about("Number given at allocation"))
    allocated_at = Moment(dump_only=True, metadata=about("When the participant was allocated"))
    arm = Text(40, dump_only=True, metadata=about("Code of the arm", sdtm="DM.ARMCD"))
    arm_name = Text(120, dump_only=True, allow_none=True, metadata=about("Name of the arm", sdtm="DM.ARM"))
    product = Choice(
        BLINDED_PRODUCTS, dump_only=True, allow_none=True, metadata=about("Study product; null for usual care")
    )
    kit = Text(40, dump_only=True, allow_none=True, metadata=about("Kit given at allocation"))
