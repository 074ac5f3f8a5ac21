"""The rules of signing, without a registry."""

from __future__ import annotations

import pytest

from registry.domain import signing


@pytest.mark.requirement("S5")
@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("twelve chars", True),
        ("eleven char", False),
        ("Ada Lovelace 1843", False),
        ("ADA LOVELACE 1843", False),
        ("aaaaaaaaaaaaaaaa", False),
        ("ﬁve ﬁne ﬁnches", True),
    ],
)
def test_a_password_is_long_and_not_the_name(password: str, fine: bool) -> None:
    assert (signing.weakness(password, "Ada Lovelace") is None) is fine


def test_a_name_is_the_same_however_its_letters_are_written() -> None:
    assert signing.is_name(" Zoe\u0308 ", "Zo\u00eb")
    assert not signing.is_name("Zoe", "Zo\u00eb")


@pytest.mark.requirement("S1")
def test_every_meaning_is_a_sentence_in_the_first_person() -> None:
    assert set(signing.MEANINGS) == {"review", "approval", "responsibility"}
    assert all(words.startswith("I ") and words.endswith(".") for words in signing.MEANINGS.values())
