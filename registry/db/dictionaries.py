"""Dictionaries: loaded as a whole or not at all, searched by their words, and used by a study."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from registry.db import records
from registry.db.codings import SIMILAR_FROM
from registry.db.transaction import Image, Transaction, as_json

BATCH = 10_000
"""Terms in one statement. COPY would need a connection of its own: the transaction is a pipeline, which cannot copy."""

KEEP_TERMS = """
    insert into dictionary_term (dictionary_id, code, term, preferred_code, preferred_term, high_level_code, high_level_term,
                                 high_level_group_code, high_level_group_term, system_organ_class_code, system_organ_class,
                                 current)
    select %(dictionary_id)s, t.code, t.term, t.preferred_code, t.preferred_term, t.high_level_code, t.high_level_term,
           t.high_level_group_code, t.high_level_group_term, t.system_organ_class_code, t.system_organ_class, t.current
    from jsonb_populate_recordset(null::dictionary_term, %(terms)s::jsonb) t"""

FIND = """
    select audit.image(to_jsonb(d)) as image from dictionary d where d.name = %(name)s and d.edition = %(edition)s"""

EVERY = """
    select audit.image(to_jsonb(d)) || jsonb_build_object('studies', array(
               select s.code from study s
               join lateral (select u.dictionary_id from study_dictionary u where u.study_id = s.id and u.kind = d.kind
                             order by u.id desc limit 1) used on used.dictionary_id = d.id
               order by s.code)) as image
    from dictionary d order by d.name, d.id"""

ALIKE = """
    select audit.image(to_jsonb(t)) || jsonb_build_object('similarity',
               round(similarity(lower(t.term), coding_text(%(words)s))::numeric, 2)) as image
    from dictionary_term t
    where t.dictionary_id = %(dictionary_id)s
      and (lower(t.term) like '%%' || %(part)s || '%%' or lower(t.term) %% coding_text(%(words)s))
    order by similarity(lower(t.term), coding_text(%(words)s)) desc, t.term, t.code limit %(limit)s"""

IN_USE = """
    select s.dictionary_id::text as id from study_dictionary s
    where s.study_id = %(study_id)s and s.kind = %(kind)s order by s.id desc limit 1"""

STUDY_HELD = "select id from study where id = %(study_id)s for no key update"

CODED = """
    select c.record_id::text as id from coding c
    where c.study_id = %(study_id)s and c.dictionary_id = %(dictionary_id)s"""


class OtherContent(Exception):
    """A dictionary of this name and version is loaded with other content; give the other content another version."""


def load(tx: Transaction, header: Mapping[str, str], terms: Sequence[Mapping[str, Any]]) -> tuple[Image, bool]:
    """Keep a version of a dictionary with its terms; give its image, and whether it is new.

    Raises:
        OtherContent: there is one of this name and version with other terms.
    """
    known = tx.image(FIND, header)
    content = content_of(terms)
    if known is not None:
        if known["content_sha256"] != content or known["kind"] != header["kind"]:
            raise OtherContent(OtherContent.__doc__)
        return known, False
    image = records.record(tx, "dictionary", {**header, "terms": len(terms), "content_sha256": content})
    for first in range(0, len(terms), BATCH):
        rows = as_json(terms[first : first + BATCH])
        tx.run(KEEP_TERMS, {"dictionary_id": image["id"], "terms": rows})
    return image, True


def content_of(terms: Sequence[Mapping[str, Any]]) -> str:
    """Give the SHA-256 of terms: the same for the same terms, whatever file and order they came in."""
    said = (sorted((name, str(value)) for name, value in term.items() if value is not None) for term in terms)
    told = sorted("\x1f".join(f"{name}\x1e{value}" for name, value in term) for term in said)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def named(tx: Transaction, name: str, edition: str) -> Image:
    """Give the version of a dictionary; NoSuchRecord when it was not loaded."""
    return records.required(tx.image(FIND, {"name": name, "edition": edition}))


def every(tx: Transaction) -> list[Image]:
    """Give every version that was loaded, each with the codes of the `studies` that code with it now."""
    return tx.images(EVERY)


def alike(tx: Transaction, dictionary_id: str, words: str, limit: int) -> list[Image]:
    """Give the terms that have these words in them or are like them, the most similar first."""
    tx.run("select set_config('pg_trgm.similarity_threshold', %s, true)", [SIMILAR_FROM])
    part = words.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return tx.images(ALIKE, {"dictionary_id": dictionary_id, "words": words, "part": part, "limit": limit})


def in_use(tx: Transaction, study_id: str, kind: str) -> str | None:
    """Give the version that a study codes this kind of record with, if any."""
    row = tx.one(IN_USE, {"study_id": study_id, "kind": kind})
    return str(row["id"]) if row else None


def use(tx: Transaction, study_id: str, dictionary: Image) -> Image:
    """Have a study code with a version from now on, and code its records anew; say a reason before.

    Gives the record of the one in use, where it is this one already.
    """
    tx.run(STUDY_HELD, {"study_id": study_id})
    previous = in_use(tx, study_id, dictionary["kind"])
    if previous == dictionary["id"]:
        return records.required(tx.image(USED, {"study_id": study_id, "dictionary_id": previous}))
    values = {"study_id": study_id, "kind": dictionary["kind"], "dictionary_id": dictionary["id"]}
    return records.record(tx, "study_dictionary", {**values, "previous_dictionary_id": previous})


USED = """
    select audit.image(to_jsonb(s)) as image from study_dictionary s
    where s.study_id = %(study_id)s and s.dictionary_id = %(dictionary_id)s order by s.id desc limit 1"""


def coded_with(tx: Transaction, study_id: str, dictionary_id: str) -> list[str]:
    """Give the records of a study that have a coding in this version."""
    return [row["id"] for row in tx.every(CODED, {"study_id": study_id, "dictionary_id": dictionary_id})]
