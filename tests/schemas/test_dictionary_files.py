"""Files of dictionaries: read whole, or refused with the line and the rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.schemas import dictionary_files
from registry.schemas.dictionary_files import FileRefused

LLT = "90000001$Quokka fever$90000101$$$$$$$Y$$\n90000002$Fever of quokkas$90000101$$$$$$$N$$\n"
MDHIER = (
    "90000101$90000201$90000301$90000401$Quokka fever$Fevers$Hot things$Marsupial disorders$Mars$$90000401$Y$\n"
    "90000101$90000202$90000302$90000402$Quokka fever$Bites$Teeth$Injuries$Inj$$90000401$N$\n"
)


def csv_file(folder: Path, content: str | bytes) -> Path:
    path = folder / "terms.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def meddra(folder: Path, llt: str = LLT, mdhier: str = MDHIER) -> Path:
    (folder / "llt.asc").write_text(llt, encoding="utf-8")
    (folder / "mdhier.asc").write_text(mdhier, encoding="utf-8")
    return folder


def test_a_csv_gives_its_terms_and_a_term_without_a_code_is_its_own(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path, '\ufeffcode,term,system_organ_class,current\r\n1,"Fever, quokka",Marsupials,\r\n,Itch,,N\r\n'
    )
    assert dictionary_files.read(path, "csv") == [
        {"code": "1", "term": "Fever, quokka", "system_organ_class": "Marsupials", "current": True},
        {"code": "Itch", "term": "Itch", "system_organ_class": None, "current": False},
    ]


def test_the_distribution_of_meddra_gives_lowest_level_terms_on_their_primary_path(tmp_path: Path) -> None:
    first, second = dictionary_files.read(meddra(tmp_path), "meddra-ascii")
    assert first == {
        "code": "90000001", "term": "Quokka fever", "current": True, "preferred_code": "90000101",
        "preferred_term": "Quokka fever", "high_level_code": "90000201", "high_level_term": "Fevers",
        "high_level_group_code": "90000301", "high_level_group_term": "Hot things", "system_organ_class_code": "90000401",
        "system_organ_class": "Marsupial disorders",
    }  # fmt: skip
    assert (second["term"], second["current"]) == ("Fever of quokkas", False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "line 1: term is needed"),
        ("code,words\n1,Fever\n", "line 1: unknown columns: words"),
        ("term,term\na,b\n", "no column may stand twice"),
        ("code,term\n1,Fever,more\n", "line 2: 3 fields, where the header has 2"),
        ("code,term\n1,Fever\n1,Itch\n", "line 3: the code stands in line 2 already"),
        ("code,term\n1,\n", "line 2: term is empty"),
        ("term,current\nFever,yes\n", "line 2: current is Y or N"),
        (f"term\n{'x' * 251}\n", "line 2: term has more than 250 characters"),
        ("term\nFe\x07ver\n", "line 2: term has a control character"),
        (b"term\nFever\nQu\xf6kka\n", "line 3: not UTF-8"),
        ('term\n"Fever\n', "not CSV"),
        ("term\n", "there are no terms"),
    ],
)
def test_a_csv_that_breaks_a_rule_is_refused_with_its_line(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        dictionary_files.read(csv_file(tmp_path, content), "csv")


def test_many_broken_lines_are_said_up_to_a_limit(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="And 5 more"):
        dictionary_files.read(csv_file(tmp_path, "term,current\n" + "Fever,\n" * 26), "csv")


def test_a_distribution_that_is_laid_out_otherwise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"llt\.asc, line 1: its preferred term has no primary path"):
        dictionary_files.read(meddra(tmp_path, mdhier=MDHIER.replace("$Y$", "$N$")), "meddra-ascii")
    with pytest.raises(FileRefused, match=r"mdhier\.asc, line 1: 2 fields, where at least 12 are needed"):
        dictionary_files.read(meddra(tmp_path, mdhier="1$2\n"), "meddra-ascii")
    (tmp_path / "mdhier.asc").unlink()
    with pytest.raises(FileRefused, match="there is no such file"):
        dictionary_files.read(tmp_path, "meddra-ascii")
