"""The requirements of the regulations that tests name by number (`@pytest.mark.requirement`), and docs/requirements.md from them.

`pytest --requirements=write` writes the document after a run, `--requirements=check` fails a run that differs from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[1] / "docs" / "requirements.md"
REQUIREMENTS = {
    "A1": ("Every write of clinical data is in the audit: who with role and organisation, when, what, old, new, why",
           "21 CFR 11.10(e); FDA Q12; EMA 6.2.1; E6(R3) 4.2.2(a)(ii)"),
    "A2": ("The audit is per field, not per page", "EMA 6.2.1"),
    "A3": ("A change never obscures the original, and nothing is deleted", "21 CFR 11.10(e); E6(R3) 2.12.2"),
    "A4": ("Users can neither change, delete nor disable the audit", "E6(R3) 4.2.2(b); EMA 6.2.1; FDA Q12"),
    "A5": ("Tampering can be discerned", "21 CFR 11.10(a)"),
    "A6": ("Stamps are the computer's, unambiguous, and no client sets them", "21 CFR 11.10(e); E6(R3) 4.2.2(d); FDA Q14; EMA 4.5"),
    "A7": ("Discrepancies of clocks are detected", "FDA Q14"),
    "A8": ("A correction needs a reason", "E6(R3) 4.2.2(a)(ii), 4.2.4; EMA 6.2.1"),
    "A9": ("Prompts of edit checks are in the trail: the response, that a check fired, what came of it", "FDA Q13"),
    "A10": ("Acts of the workflow are logged as well: submit, query, lock, sign, export", "E6(R3) 4.2.2(a)(iii)"),
    "A11": ("Accounts made, roles changed, access and refused access are logged", "E6(R3) 4.2.2(a)(i), 4.3.8(c); FDA Q11"),
    "A12": ("The trail is readable, visible at a data point, and exportable whole", "EMA 6.2.1; E6(R3) 4.2.2(c); FDA Q12"),
    "A13": ("What blinded users see of the trail reveals nothing, and access to unblinded data is logged", "EMA 6.2.1"),
    "A14": ("Data and audit stay linked through migration and archive", "EMA 6.10, 6.12; FDA Q5"),
    "A15": ("Backups are made and recovery is tried", "E6(R3) 4.3.3(c); FDA Q5; EMA 6.8"),
    "C1": ("A certified copy has the stamps, metadata and audit, and can be verified", "FDA Q3; EMA 6.5"),
    "C2": ("Copies are accurate and complete, for people and for machines", "21 CFR 11.10(b); FDA Q5"),
    "S1": ("A signature shows printed name, date and time, and meaning", "21 CFR 11.50(a)"),
    "S2": ("A signature is bound to its record and cannot be moved to another", "21 CFR 11.70"),
    "S3": ("A signature is of one individual and never given to another", "21 CFR 11.100(a)"),
    "S4": ("Signing asks for two components", "21 CFR 11.200(a)(1)"),
    "S5": ("Attempts at signing by others are limited, detected and reported", "21 CFR 11.300(b)-(d)"),
    "S6": ("The investigator signs off data, and signs again after a change", "EMA 6.3"),
    "P1": ("Access is limited to who is authorised, at each operation and each site", "21 CFR 11.10(d),(g); FDA Q11"),
    "P2": ("Duties are segregated, privileges least, accounts individual", "EMA Annex 3; E6(R3) 4.3.8"),
    "P3": ("Access can be reviewed, and is revoked at once", "E6(R3) 4.3.8(b)"),
    "P4": ("Sessions end, log-ins are limited, refused attempts are recorded", "FDA Q11; EMA Annex 4"),
    "P5": ("Steps are done in their order only", "21 CFR 11.10(f)"),
    "P6": ("Each value carries its originator", "21 CFR 11.10(h); FDA Q20"),
}  # fmt: skip
"""Number to words and clauses; the words are ours, the clauses as the standards reference gives them."""

OPENING = """# Requirements and the tests that show them

Generated from the tests by `make requirements`; do not edit. `make check` fails where a run differs from it. The registry is
designed to support these requirements; whether an installation meets them is for the organisation to validate."""


def document(results: Mapping[str, Mapping[str, str]]) -> str:
    """Give the document: number to test to result."""
    lines = ["| | Requirement | Clause | Tests | Result |", "| --- | --- | --- | --- | --- |"]
    for number, (words, clause) in REQUIREMENTS.items():
        tests = results.get(number, {})
        shown = "<br>".join(f"`{test}`" for test in sorted(tests)) or "no test names it yet"
        failed = [test for test, outcome in tests.items() if outcome != "passed"]
        result = "failed" if failed else f"{len(tests)} passed" if tests else "not shown"
        lines.append(f"| {number} | {words} | {clause} | {shown} | {result} |")
    return "\n".join([OPENING, "", *lines]) + "\n"


def of_test(nodeid: str) -> str:
    """Name a test without its parameters."""
    path, _, name = nodeid.partition("::")
    return f"{path.removeprefix('tests/')}::{name.partition('[')[0]}"


class Requirements:
    """Gathers what became of the tests that name a requirement, on the process that gathers the reports."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.results: dict[str, dict[str, str]] = defaultdict(dict)
        self.said = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = of_test(report.nodeid)
        for name, number in report.user_properties:
            if name == "requirement" and (report.when == "call" or report.outcome != "passed"):
                worse = self.results[str(number)].get(test, "passed")
                self.results[str(number)][test] = report.outcome if worse == "passed" else worse

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        made = document(self.results)
        if self.mode == "write":
            DOCUMENT.write_text(made, encoding="utf-8")
        elif not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != made:
            self.said = "docs/requirements.md is not what this run shows; run 'make requirements'."
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.said:
            terminalreporter.write_line(self.said, red=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--requirements", choices=("write", "check"), help="write or check docs/requirements.md")


def pytest_configure(config: pytest.Config) -> None:
    mode = config.getoption("--requirements")
    if mode and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Requirements(mode))


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("requirement"):
            unknown = set(mark.args) - REQUIREMENTS.keys()
            if unknown:
                raise pytest.UsageError(f"{item.nodeid} names unknown requirements: {sorted(unknown)}")
            item.user_properties.extend(("requirement", number) for number in mark.args)
