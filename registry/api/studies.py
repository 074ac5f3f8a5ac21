"""Studies: anyone may read them, an administrator defines them."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.problems import AlreadyRecorded, CursorNotUnderstood, NoSuchRecord
from registry.schemas.queries import Page
from registry.schemas.studies import Study

namespace = Namespace("studies")


@namespace.route("/studies")
class Studies(Resource):  # type: ignore[misc]
    """The studies of this registry."""

    @contract(may="study.read", gives=Study, many=True, asks=Page, problems=(CursorNotUnderstood,))
    def get(self, call: Call) -> list[dict[str, Any]]:
        """List the studies."""
        return page_of_records(call, "study")

    @contract(may="study.define", takes=Study, gives=Study, status=201, kind="study", problems=(AlreadyRecorded,))
    def post(self, call: Call) -> dict[str, Any]:
        """Define a study."""
        return records.record(call.tx, "study", call.body)


@namespace.route("/studies/<study>")
class OneStudy(Resource):  # type: ignore[misc]
    """A study."""

    @contract(may="study.read", gives=Study, problems=(NoSuchRecord,))
    def get(self, call: Call, study: str) -> dict[str, Any]:
        """Read a study."""
        return records.read(call.tx, "study", studies.id_of(call.tx, study))

    @contract(may="study.define", takes=Study, gives=Study, amends=True, problems=(NoSuchRecord, AlreadyRecorded))
    def put(self, call: Call, study: str) -> dict[str, Any]:
        """Replace a study's definition."""
        return amendments.amend(call, "study", studies.id_of(call.tx, study))


past.publish(namespace, "/studies", "study", Study)
