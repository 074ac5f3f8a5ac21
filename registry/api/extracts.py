"""De-identified extracts: pulled, listed, and their files downloaded; each download is an event of the audit."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Response, current_app, send_file
from flask_restx import Namespace, Resource

from registry.api import archive, identity
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import data_cuts, extracts, studies
from registry.db.extracts import Manifest
from registry.domain.consents import PARTNERS_USE
from registry.permissions import Role
from registry.problems import (
    BrokenRule,
    CursorNotUnderstood,
    ExtractGone,
    NoSuchRecord,
    RuleFailed,
    RulesBroken,
    StudyChangedSinceCut,
    StudyConstantsRefused,
)
from registry.schemas.extracts import Extract, ExtractFilters, ExtractRequest

namespace = Namespace("extracts")
MANIFEST = "manifest.json"
NO_CUT = BrokenRule("/cut", "no_such_cut", "The study has no data cut with this code.")
NO_STUDY = BrokenRule("/study", "no_such_study", "There is no study with this code.")
MEDIA = {".csv": "text/csv", ".json": "application/json"}


@namespace.route("/extracts")
class Extracts(Resource):  # type: ignore[misc]
    """The extracts that were pulled."""

    @contract(may="extract.read", gives=Extract, many=True, asks=ExtractFilters, problems=(CursorNotUnderstood,))
    def get(self, call: Call) -> list[dict[str, Any]]:
        """List your extracts; an auditor sees everybody's."""
        owner = _owner(call)
        return page_of_records(call, "extract", **({"account_id": owner} if owner else {}))

    @contract(
        may="extract.pull",
        takes=ExtractRequest,
        gives=Extract,
        status=201,
        kind="extract",
        problems=(StudyConstantsRefused, RuleFailed, StudyChangedSinceCut),
    )
    def post(self, call: Call) -> dict[str, Any]:
        """Pull a de-identified extract of the sites where you may."""
        study_id = _study(call)
        cut = _cut(call, study_id)
        extract_id = extracts.next_id(call.tx)
        folder = _folder(extract_id)
        manifest: Manifest = current_app.extensions["registry"].write_extract(
            call.body["study"], call.attribution, folder, uses=_uses(call), cut=cut
        )
        try:
            _cut(call, study_id)
            return extracts.record(call.tx, _described(call, manifest) | {"id": extract_id, "study_id": study_id})
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


@namespace.route("/extracts/<uuid:extract_id>")
class OneExtract(Resource):  # type: ignore[misc]
    """An extract."""

    @contract(may="extract.read", gives=Extract, problems=(NoSuchRecord,))
    def get(self, call: Call, extract_id: str) -> dict[str, Any]:
        """Read what an extract is made of."""
        return extracts.read(call.tx, str(extract_id), _owner(call))


@namespace.route("/extracts/<uuid:extract_id>/files/<name>")
class ExtractFileOf(Resource):  # type: ignore[misc]
    """A file of an extract."""

    @contract(may="extract.read", problems=(NoSuchRecord, ExtractGone))
    def get(self, call: Call, extract_id: str, name: str) -> Response:
        """Download one file of an extract; a download that broke off is resumed with Range."""
        found = _files(extract := extracts.read(call.tx, str(extract_id), _owner(call)))
        if name not in found:
            raise NoSuchRecord
        _note(call, extract, name)
        response = send_file(
            found[name], mimetype=MEDIA[found[name].suffix], as_attachment=True, etag=_tag(extract, name)
        )
        response.headers["Cache-Control"] = "no-store"
        return response


@namespace.route("/extracts/<uuid:extract_id>/download")
class ExtractDownload(Resource):  # type: ignore[misc]
    """All files of an extract."""

    @contract(may="extract.read", problems=(NoSuchRecord, ExtractGone))
    def get(self, call: Call, extract_id: str) -> Response:
        """Download an extract whole, as a zip."""
        found = _files(extract := extracts.read(call.tx, str(extract_id), _owner(call)))
        _note(call, extract, "*")
        named = {"Content-Disposition": f'attachment; filename="extract-{extract_id}.zip"'}
        return Response(archive.streamed(found.values()), mimetype="application/zip", headers=named)


def _owner(call: Call) -> str | None:
    """Give whose extracts may be seen: one's own, or everybody's for an auditor."""
    return None if Role.AUDITOR in call.attribution.role.split(",") else call.actor.account_id


def _study(call: Call) -> str:
    try:
        return studies.id_of(call.tx, call.body["study"])
    except NoSuchRecord:
        raise RulesBroken(NO_STUDY) from None


def _uses(call: Call) -> list[str]:
    """Give the uses that consent must cover: those asked for, and sharing with partners where a partner asks."""
    shared = Role.PARTNER in call.attribution.role.split(",")
    return sorted({*call.body["uses"], *([PARTNERS_USE] if shared else [])})


def _cut(call: Call, study_id: str) -> dict[str, str] | None:
    """Give the data cut that was asked for, if any.

    Raises:
        RulesBroken: the study has no such cut. StudyChangedSinceCut: the records are not as they were then.
    """
    if call.body["cut"] is None:
        return None
    cut = data_cuts.reference(call.tx, study_id, call.body["cut"])
    if cut is None:
        raise RulesBroken(NO_CUT)
    return cut


def _described(call: Call, manifest: Manifest) -> dict[str, Any]:
    sites = None if call.attribution.sites == identity.EVERY_SITE else call.attribution.sites.split(",")
    told = {"cut_at": manifest.cut_at, "software": manifest.software, "profile": manifest.profile}
    files = [asdict(file) for file in manifest.files]
    return {
        **told,
        "purpose": call.body["purpose"],
        "cut": call.body["cut"],
        "account_id": call.actor.account_id,
        "sites": sites,
        "uses": manifest.uses,
        "files": files,
    }


def _folder(extract_id: str) -> Path:
    home: Path = current_app.extensions["registry"].settings.home
    return home.absolute() / "extracts" / extract_id


def _files(extract: Mapping[str, Any]) -> dict[str, Path]:
    """Find the files of an extract; raises ExtractGone unless all of them are there in their full size."""
    folder = _folder(extract["id"])
    found = {file["name"]: folder / file["name"] for file in extract["files"]}
    sizes = {file["name"]: file["bytes"] for file in extract["files"]}
    manifest = folder / MANIFEST
    if not manifest.is_file() or any(
        not path.is_file() or path.stat().st_size != sizes[name] for name, path in found.items()
    ):
        raise ExtractGone
    return found | {MANIFEST: manifest}


def _note(call: Call, extract: Mapping[str, Any], file: str) -> None:
    extracts.note_download(call.tx, extract, file)
    call.tx.commit()


def _tag(extract: Mapping[str, Any], name: str) -> str:
    return next((file["sha256"] for file in extract["files"] if file["name"] == name), f"{extract['id']}-{name}")
