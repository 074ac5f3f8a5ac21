"""The OpenAPI 3.1 document, written by apispec from one walk over the contracts of the API."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from apispec import APISpec
from flask import Flask
from flask_restx import Api

from registry.api.contract import Contract
from registry.api.pages import pages
from registry.api.routes import NAMESPACES
from registry.publish import examples, headers, names, open_pages, operations, refusals, worked_examples
from registry.publish.shapes import RecordPlugin

TITLE = "JDM JAK inhibitor registry"
DESCRIPTION = """\
Visits, exposure and safety of children and young people with juvenile dermatomyositis who are treated with JAK inhibitors.

- Numbers are exact in both directions; a number as text, or a whole number written `2.0`, is refused.
- An absent field means the same as `null`. Unknown fields are refused; fields that the registry sets may be sent back.
- Texts hold no control characters and are never only blanks. Moments carry a time zone and are answered in UTC.
- Days lie from 1990 to 2100.
- A record is replaced as a whole: send it with `If-Match` (its ETag) and `X-Change-Reason`.
- Visits and participants are answered with `derived`: what the rules make of them and of the records they name as inputs,
  computed when read. It changes with those records, and the ETag with it; `derived=false` leaves it out.
- Every POST carries an `Idempotency-Key`; a repeat gets the first answer again.
- Lists are paged: follow `Link` with `rel="next"` until there is none.
- Every refusal is `application/problem+json` (RFC 9457); `type` is stable and each broken rule is named.
- `x-permission` names the roles that may call an operation; another site's record is not there (404).
- Added fields, codes and operations are no breaking change within `/v1`.
"""
TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "An access token made by an administrator, or a JWT of the identity provider",
}
Documented = tuple[str, str, Contract]


def document() -> dict[str, Any]:
    """Give the document of every operation."""
    plugin = RecordPlugin()
    spec = APISpec(TITLE, version("jdm-jaki-registry"), "3.1.0", plugins=[plugin], info=_info(), **_whole())
    spec.components.security_scheme("token", TOKEN)
    for part in (headers, refusals, examples, worked_examples):
        part.declare(spec)
    for rule, method, contract in contracts():
        described = operations.described(rule, method, contract, plugin.converter)
        path, parts = names.openapi_path(rule), names.path_parameters(rule)
        spec.path(path, operations={method.lower(): described}, parameters=parts)
    for path, operation in open_pages.described():
        spec.path(path, operations={"get": operation})
    tags = [{"name": name, "description": said} for name, said in _tags().items()]
    written = spec.to_dict()
    return {"openapi": written.pop("openapi"), "info": written.pop("info"), "tags": tags, **written}


def contracts() -> Iterator[Documented]:
    """Walk over the routes: path, method and contract of each operation."""
    app = routes()
    for rule in app.url_map.iter_rules():
        view = getattr(app.view_functions[rule.endpoint], "view_class", None)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            contract = getattr(getattr(view, method.lower(), None), "__contract__", None)
            if contract is not None:
                yield rule.rule, method, contract


def routes() -> Flask:
    """Give the routes of the API, without settings or a database."""
    app = Flask("registry", static_folder=None)
    app.register_blueprint(pages)
    api = Api(app, doc=False, add_specs=False)
    for namespace, path in NAMESPACES:
        api.add_namespace(namespace, path=path)
    return app


def _info() -> dict[str, Any]:
    return {"description": DESCRIPTION, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}}


def _whole() -> dict[str, Any]:
    return {"servers": [{"url": "/", "description": "This installation"}], "security": [{"token": []}]}


def _tags() -> dict[str, str]:
    """Describe each concept with the sentence of the module that publishes it."""
    said: dict[str, str] = {}
    for namespace, prefix in NAMESPACES:
        sentence = (import_module(f"registry.api.{namespace.name}").__doc__ or "").split("\n\n")[0]
        for resource in namespace.resources:
            for url in resource.urls:
                said.setdefault(names.tag(f"{prefix}{url}"), " ".join(sentence.split()))
    return said | {open_pages.TAG: open_pages.SENTENCE}


# --- the file -----------------------------------------------------------------------------------------------------


class _Plain(yaml.SafeDumper):
    """Writes everything where it stands: no anchors, lists indented under their name."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Plain.add_representer(str, _text)


def as_yaml() -> str:
    """Write the document as YAML; the same declarations give the same bytes."""
    return yaml.dump(document(), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


def write(path: Path) -> None:
    """Write the document to a file."""
    path.write_text(as_yaml(), encoding="utf-8")


def is_current(path: Path) -> bool:
    """Tell whether a file is what would be written."""
    return path.exists() and path.read_text(encoding="utf-8") == as_yaml()
