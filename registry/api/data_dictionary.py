"""The data dictionary: each field, analyte, derived value and column of an extract, for programs, spreadsheets and people."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from flask import Response, current_app, request
from flask_restx import Namespace, Resource

from registry.api.contract import Call, contract
from registry.schemas.data_dictionary import DataDictionaryEntry

namespace = Namespace("data_dictionary")
FORMS = {"application/json": "json", "text/csv": "csv", "text/html": "html"}
"""Each media type that it is given in; the first where the client names none of them."""
STYLE_ALONE = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@namespace.route("/dictionary")
class DataDictionary(Resource):  # type: ignore[misc]
    """The data dictionary."""

    @contract(may="catalogue.read", gives=DataDictionaryEntry, many=True)
    def get(self, call: Call) -> Response:
        """Read the data dictionary, as JSON, CSV or a page: meaning, unit, limits, codes, source and what an extract does."""
        return answered(request.accept_mimetypes.best_match(FORMS) or next(iter(FORMS)))


def answered(media_type: str) -> Response:
    """Answer the dictionary in a form; 304 where the client holds just this one."""
    write: Callable[[str], bytes] = current_app.extensions["registry"].write_data_dictionary
    content = write(FORMS[media_type])
    response = Response(content, mimetype=media_type)
    response.headers.update({"Cache-Control": "no-cache", "Vary": "Accept", "Content-Security-Policy": STYLE_ALONE})
    response.set_etag(sha256(content).hexdigest())
    response.make_conditional(request)
    return response
