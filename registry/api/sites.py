"""Sites: anyone may read them, an administrator defines them."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records
from registry.problems import AlreadyRecorded, CursorNotUnderstood, NoSuchRecord
from registry.schemas.queries import Page
from registry.schemas.sites import Site

namespace = Namespace("sites")


@namespace.route("/sites")
class Sites(Resource):  # type: ignore[misc]
    """The sites of this registry."""

    @contract(may="site.read", gives=Site, many=True, asks=Page, problems=(CursorNotUnderstood,))
    def get(self, call: Call) -> list[dict[str, Any]]:
        """List the sites."""
        return page_of_records(call, "site")

    @contract(may="site.define", takes=Site, gives=Site, status=201, kind="site", problems=(AlreadyRecorded,))
    def post(self, call: Call) -> dict[str, Any]:
        """Define a site."""
        return records.record(call.tx, "site", call.body)


@namespace.route("/sites/<uuid:site_id>")
class OneSite(Resource):  # type: ignore[misc]
    """A site."""

    @contract(may="site.read", gives=Site, problems=(NoSuchRecord,))
    def get(self, call: Call, site_id: str) -> dict[str, Any]:
        """Read a site."""
        return records.read(call.tx, "site", site_id)

    @contract(may="site.define", takes=Site, gives=Site, amends=True, problems=(NoSuchRecord, AlreadyRecorded))
    def put(self, call: Call, site_id: str) -> dict[str, Any]:
        """Replace a site's definition."""
        return amendments.amend(call, "site", site_id)


past.publish(namespace, "/sites", "site", Site)
