"""What a report was made by: definitions and constants, the rules with their versions, dictionaries, and the software."""

from __future__ import annotations

from importlib.metadata import version

from registry.api import safety_figures
from registry.api.derived import rules_of_study
from registry.domain.reporting_clocks import REPORTING_CLOCKS
from registry.publish.board_report.blocks import Section, Table, Words
from registry.publish.board_report.facts import Facts
from registry.publish.extracts.manifest import software

ABREAST = ("Rule", "Version") * 3
DRAWN_BY = ("matplotlib", "statsmodels", "scipy", "numpy")


def section(facts: Facts) -> Section:
    """Tell what the report was made by."""
    return Section(
        "Definitions, rules and software", [_definitions(facts), _rules(facts), _dictionaries(facts), _software()]
    )


def _definitions(facts: Facts) -> Table:
    return Table(
        "Definitions in force",
        ("Name", "Value", "What it is", "Source"),
        [
            [one["name"], one["value"], one["words"], f"{one['source']} ({one['certainty']} %)"]
            for one in safety_figures.definitions(facts.safety)
        ],
        texts=4,
        note="The percentage says how certain the source is.",
    )


def _rules(facts: Facts) -> Table:
    in_force = rules_of_study(facts.study.get("rule_constants"))
    versions = {rule.id: (rule.version, ", ".join(rule.overridden)) for rule in in_force.values()}
    versions[REPORTING_CLOCKS.id] = (REPORTING_CLOCKS.version, "")
    for one in safety_figures.rules(facts.safety):
        versions.setdefault(one["rule"], (one["version"], ""))
    own = "; ".join(f"{name}: {told}" for name, (_, told) in sorted(versions.items()) if told)
    cells = [cell for name in sorted(versions) for cell in (name, versions[name][0])]
    cells += [""] * (-len(cells) % len(ABREAST))
    return Table(
        "Rules and their versions",
        ABREAST,
        [cells[start : start + len(ABREAST)] for start in range(0, len(cells), len(ABREAST))],
        texts=len(ABREAST),
        note=f"Constants of the study's own: {own or 'none'}.",
    )


def _dictionaries(facts: Facts) -> Table:
    newest = {one["kind"]: one for one in facts.of("study_dictionary")}
    rows = []
    for kind in sorted(newest):
        used = facts.dictionaries.get(newest[kind]["dictionary_id"], {})
        rows.append([kind.replace("_", " "), used.get("name"), used.get("edition"), used.get("content_sha256")])
    return Table(
        "Dictionaries in use at the cut",
        ("For", "Dictionary", "Version", "SHA-256 of its terms"),
        rows or [["None", "", "", ""]],
        texts=4,
    )


def _software() -> Words:
    used = ", ".join(f"{name} {version(name)}" for name in DRAWN_BY)
    return Words(f"Made by {software()}, with {used}.")
