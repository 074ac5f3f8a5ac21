"""The past of a record: its history field by field, and each version as it was."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api.contract import Call, contract
from registry.api.derived import moment_of_version
from registry.db import records
from registry.domain import differences
from registry.problems import NoSuchRecord
from registry.schemas.audit import HistoryEntry
from registry.schemas.base import Record
from registry.schemas.derived import WithDerived

KEPT_BY_THE_REGISTRY = frozenset({"id", "version", "recorded_at", "changed_at", "study_id", "site_id", "position"})


def publish(namespace: Namespace, path: str, table: str, schema: type[Record], *, derives: str = "") -> None:
    """Publish the history and the versions of one kind of record, with what was `derived` at a version's moment."""

    class History(Resource):  # type: ignore[misc]
        """What happened to a record."""

        @contract(may=f"{table}.read", gives=HistoryEntry, many=True, problems=(NoSuchRecord,))
        def get(self, call: Call, record_id: str) -> list[dict[str, Any]]:
            """Tell who changed which field of the record, when and why."""
            return [told(event) for event in records.history(call.tx, table, str(record_id))]

    class Version(Resource):  # type: ignore[misc]
        """A record as it was in one version."""

        @contract(
            may=f"{table}.read",
            gives=schema,
            asks=WithDerived if derives else None,
            derives=derives,
            problems=(NoSuchRecord,),
        )
        def get(self, call: Call, record_id: str, number: int) -> dict[str, Any]:
            """Read one version of the record."""
            image = records.read_version(call.tx, table, str(record_id), number)
            call.moment = moment_of_version(call.tx, table, image) if derives else None
            return image

    namespace.add_resource(History, f"{path}/<uuid:record_id>/history", endpoint=f"{table}_history")
    namespace.add_resource(Version, f"{path}/<uuid:record_id>/versions/<int:number>", endpoint=f"{table}_version")


def told(event: dict[str, Any]) -> dict[str, Any]:
    """Give an event with its differences field by field, from the images before and after."""
    changes = differences.between(event["before"], event["after"], KEPT_BY_THE_REGISTRY)
    plain = {name: str(event[name]) if event[name] is not None else None for name in ("change_set", "at")}
    fields = [{"field": change.pointer, "old": change.old, "new": change.new} for change in changes]
    return {**event, **plain, "at": event["at"].isoformat(), "changes": fields}
