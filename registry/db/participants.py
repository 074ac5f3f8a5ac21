"""Participants: enrolled at one site into one study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.db import records
from registry.db.transaction import Image, Transaction
from registry.problems import BrokenRule, ParticipantAlreadyRecorded, RulesBroken

KNOWN = "select id::text from participant where study_id = %(study_id)s and site_id = %(site_id)s and code = %(code)s"
VISIBLE = """
    select exists (select from site where id = %(site_id)s and ((select sees_every_site()) or id = any (visible_sites())))
        as visible"""
NO_SITE = BrokenRule("/site_id", "no_such_site", "There is no such site among those where you may enrol.")


def enrol(tx: Transaction, study_id: str, participant: Mapping[str, Any]) -> Image:
    """Enrol a participant.

    Raises:
        RulesBroken: the site is not one where the actor may enrol. ParticipantAlreadyRecorded: the code is taken.
    """
    identity = {"study_id": study_id, "site_id": participant["site_id"], "code": participant["code"]}
    visible = tx.one(VISIBLE, identity)
    if not visible or not visible["visible"]:
        raise RulesBroken(NO_SITE)
    if known := tx.one(KNOWN, identity):
        raise ParticipantAlreadyRecorded(existing=f"/v1/participants/{known['id']}")
    return records.record(tx, "participant", {**participant, "study_id": study_id})
