"""Codings: the terms of records, a coding with its term, suggestions by similarity, and two versions side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import sql

from registry.db import records
from registry.db.transaction import Image, Transaction

SIMILAR_FROM = "0.3"
"""Similarity of trigrams (pg_trgm) from which a term is found: the usual one of PostgreSQL, whatever the server has."""

TELLING_LETTERS = 4
"""Letters from which a single word is looked for beside the whole; ours."""

TERMS = """
    select c.record_id::text, t.term, t.code, coalesce(t.preferred_term, t.term) as preferred_term,
           coalesce(t.preferred_code, t.code) as preferred_code, t.system_organ_class,
           d.name as dictionary, d.edition as version
    from coding c
    join lateral (select s.dictionary_id from study_dictionary s where s.study_id = c.study_id and s.kind = c.record_kind
                  order by s.id desc limit 1) used on used.dictionary_id = c.dictionary_id
    join dictionary d on d.id = c.dictionary_id
    join dictionary_term t on t.id = c.dictionary_term_id
    where c.record_id = any(%(ids)s::uuid[])"""

# What words would be coded as, by themselves: the one current term of the dictionary in use that has just them.
AUTOMATIC = """
    select min(t.code) as code, min(coalesce(t.preferred_code, t.code)) as preferred_code
    from participant p
    cross join lateral (select s.dictionary_id from study_dictionary s
                        where s.study_id = p.study_id and s.kind = 'adverse_event' order by s.id desc limit 1) used
    join dictionary_term t on t.dictionary_id = used.dictionary_id and coding_text(t.term) = coding_text(%(words)s)
    where p.id = %(participant_id)s
    having count(*) = 1 and bool_and(t.current)"""

# As it stood: the dictionary that the study used, and the newest image of each coding in it.
TERMS_AS_OF = """
    with past as (
        select distinct on (e.record_id) e.after as coding from audit.event e
        where e.kind = 'coding' and e.at <= %(as_of)s
          and e.record_id in (select c.id from coding c where c.record_id = any(%(ids)s::uuid[]))
        order by e.record_id, e.id desc)
    select p.coding ->> 'record_id' as record_id, t.term, t.code, coalesce(t.preferred_term, t.term) as preferred_term,
           coalesce(t.preferred_code, t.code) as preferred_code, t.system_organ_class,
           d.name as dictionary, d.edition as version
    from past p
    join lateral (select s.dictionary_id from study_dictionary s
                  where s.study_id = (p.coding ->> 'study_id')::uuid and s.kind = p.coding ->> 'record_kind'
                    and s.recorded_at <= %(as_of)s order by s.id desc limit 1) used
      on used.dictionary_id = (p.coding ->> 'dictionary_id')::uuid
    join dictionary d on d.id = used.dictionary_id
    join dictionary_term t on t.id = (p.coding ->> 'dictionary_term_id')::uuid"""

# The image of a coding with the words of its term.
WITH_TERM = """audit.image(to_jsonb(t) || coalesce((
    select jsonb_build_object('code', w.code, 'term', w.term, 'preferred_term', w.preferred_term,
                              'system_organ_class', w.system_organ_class)
    from dictionary_term w where w.id = t.dictionary_term_id), '{}'))"""

ONE = sql.SQL("select {} as image from coding t where t.id = %(id)s").format(sql.SQL(WITH_TERM))

IN_USE = """
    select c.dictionary_id = (select s.dictionary_id from study_dictionary s
                              where s.study_id = c.study_id and s.kind = c.record_kind order by s.id desc limit 1) as in_use,
           exists (select from dictionary_term t where t.id = %(term_id)s and t.dictionary_id = c.dictionary_id
                   and t.current) as offered
    from coding c where c.id = %(id)s for no key update of c"""

# Candidates are found by the index, by the whole words and by each of them; a term that stands within longer words counts as
# much as one that is like the whole.
SIMILAR = """
    select audit.image(to_jsonb(t)) || jsonb_build_object('similarity', round(alike::numeric, 2)) as image
    from dictionary_term t
    cross join lateral (select greatest(similarity(lower(t.term), %(words)s), word_similarity(lower(t.term), %(words)s)) as alike)
    where t.dictionary_id = %(dictionary_id)s and t.current and lower(t.term) %% any(%(parts)s::text[])
    order by alike desc, similarity(lower(t.term), %(words)s) desc, t.term, t.code limit %(limit)s"""

SIDE_BY_SIDE = """
    select n.record_id::text, n.id::text as coding_id, n.status, n.verbatim,
           (select to_jsonb(t) from dictionary_term t where t.id = o.dictionary_term_id) as before,
           (select to_jsonb(t) from dictionary_term t where t.id = n.dictionary_term_id) as after
    from coding n left join coding o on o.record_id = n.record_id and o.dictionary_id = %(before)s
    where n.study_id = %(study_id)s and n.dictionary_id = %(after)s order by n.record_id"""


def terms_of(tx: Transaction, record_ids: Sequence[str], as_of: datetime | None = None) -> dict[str, dict[str, Any]]:
    """Give the terms of those records that are coded, by the dictionary that their study codes with (or did `as_of`).

    Each has term, code, preferred_term, preferred_code, system_organ_class, dictionary (its name) and version. Where a
    dictionary has no preferred terms, the term is its own.
    """
    statement = TERMS_AS_OF if as_of else TERMS
    rows = tx.every(statement, {"ids": list(record_ids), "as_of": as_of})
    return {row.pop("record_id"): row for row in map(dict, rows)}


def automatic(tx: Transaction, participant_id: str, words: str) -> dict[str, Any] | None:
    """Give the code and preferred code that an event of a participant would get by its words alone."""
    row = tx.one(AUTOMATIC, {"participant_id": participant_id, "words": words})
    return dict(row) if row else None


def read(tx: Transaction, coding_id: str) -> Image:
    """Read a coding with the words of its term; NoSuchRecord when it may not be seen."""
    return records.required(tx.image(ONE, {"id": coding_id}))


def offers(tx: Transaction, coding_id: str, term_id: str | None) -> tuple[bool, bool]:
    """Tell whether a coding's version is the one in use, and whether it has this current term; the coding is held."""
    row = tx.one(IN_USE, {"id": coding_id, "term_id": term_id})
    return bool(row and row["in_use"]), bool(row and row["offered"])


def suggestions(tx: Transaction, coding: Image, limit: int) -> list[Image]:
    """Give the current terms of the coding's dictionary that are most similar to its words, best first.

    The similarity of a term is that of its trigrams to the words, or to the part of them that is most like it: the larger.
    """
    tx.run("select set_config('pg_trgm.similarity_threshold', %s, true)", [SIMILAR_FROM])
    parts = coding["verbatim"].lower().split()
    words = " ".join(parts)
    telling = [part for part in parts if len(part) >= TELLING_LETTERS]
    asked = {"dictionary_id": coding["dictionary_id"], "words": words, "parts": [words, *telling], "limit": limit}
    return tx.images(SIMILAR, asked)


def side_by_side(tx: Transaction, study_id: str, before: str | None, after: str) -> list[dict[str, Any]]:
    """Give each coding in the version `after` with its terms in both versions."""
    found = tx.every(SIDE_BY_SIDE, {"study_id": study_id, "before": before, "after": after})
    return [dict(row) for row in found]
