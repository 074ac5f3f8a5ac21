"""The house stands as it was drawn: imports one way, small files, one name a concept, nothing postponed."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from registry.api.routes import NAMESPACES
from registry.db.visits import FORMS as FORMS_KEPT
from registry.schemas.visits import FORMS

ROOT = Path(__file__).parents[2]
ROOMS = ("registry", "tests", "bench", "alembic")
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
PYTHON = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
SOURCES = sorted(
    path
    for room in ROOMS
    for path in (ROOT / room).rglob("*")
    if path.suffix in {".py", ".sql"} and path != Path(__file__)
)
POSTPONED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|pytest\.mark\.(skip|xfail)|pytest\.(skip|xfail)\(|unittest\.skip")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_point_one_way() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_that_is_banned_is_used() -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--quiet", "--select", "TID251", "registry"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "code",
    [
        "from flask_restx import fields",
        "from flask_restx import reqparse",
        "from flask_restx import marshal_with",
        "import os\nos.environ['HOME']",
        "import os\nos.getenv('HOME')",
    ],
)
def test_a_banned_use_would_be_found(code: str) -> None:
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--no-cache",
        "--quiet",
        "--select",
        "TID251",
        "--stdin-filename",
        "registry/api/any.py",
        "-",
    ]
    done = subprocess.run(command, cwd=ROOT, input=code, capture_output=True, text=True, check=False)
    assert "TID251" in done.stdout


def test_no_file_is_longer_than_two_screens_twice() -> None:
    lengths = {relative(path): len(path.read_text().splitlines()) for path in PYTHON}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_hits_the_wall() -> None:
    """Forty lines, its docstring aside."""
    found = {}
    for path in (path for path in PYTHON if relative(path).startswith("registry")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                length = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
                if length > LONGEST_FUNCTION:
                    found[f"{relative(path)}:{node.name}"] = length
    assert found == {}


def test_every_module_opens_with_what_it_is_for() -> None:
    """With a docstring of one line or more, above which only comments stand."""
    opening = re.compile(r'(?:#[^\n]*\n|\s)*r?"""\s*[^"\s]')
    silent = [relative(path) for path in PYTHON if path.name != "__init__.py" and not opening.match(path.read_text())]
    assert silent == []


def test_nothing_is_postponed_or_skipped() -> None:
    found = [
        f"{relative(path)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if POSTPONED.search(line)
    ]
    assert found == []


CONCEPTS = sorted(
    name for name in (ROOT / "registry" / "api").glob("*.py") if "namespace = Namespace(" in name.read_text()
)


@pytest.mark.parametrize("concept", [path.stem for path in CONCEPTS])
def test_a_concept_has_the_same_name_in_every_room(concept: str) -> None:
    """What is reached in api/x.py is declared in schemas/x.py: what the handlers give or, where that is a page, what they ask."""
    api = importlib.import_module(f"registry.api.{concept}")
    assert any(namespace is api.namespace for namespace, _ in NAMESPACES), "a namespace is published in routes.py"
    given = {
        told.__module__.removeprefix("registry.schemas.").partition(".")[0]
        for resource in api.namespace.resources
        for method in resource.resource.methods or ()
        if (contract := getattr(getattr(resource.resource, method.lower()), "__contract__", None))
        and (told := contract.gives or contract.asks)
    }
    assert concept in given


def test_a_form_has_the_same_name_in_every_room() -> None:
    assert tuple(FORMS) == FORMS_KEPT
    for name, form in FORMS.items():
        assert form.__module__ == f"registry.schemas.{name}"
        assert form.__name__.lower() == name.replace("_", "")


def test_the_folder_of_migrations_does_not_shadow_the_package() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_a_migration_imports_nothing_of_ours() -> None:
    for path in (ROOT / "alembic").rglob("*.py"):
        assert "registry" not in re.findall(r"^(?:from|import) (\w+)", path.read_text(), re.MULTILINE), path
