"""A study as a YAML file: its record and one version of its protocol; numbers stay exact, and nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Hashable
from decimal import Decimal
from importlib import resources
from typing import Any

import yaml

from registry.schemas.base import Record, schema_of
from registry.schemas.fields import Part, about
from registry.schemas.protocol_versions import ProtocolVersion
from registry.schemas.studies import Study

SHIPPED = ("observational", "single_arm", "randomised")


class StudyRecord(Study):
    """A study as its file has it: the version of its protocol is told by the protocol."""

    class Meta:
        """The registry sets it."""

        exclude = ("protocol_version",)


class StudyFile(Record):
    """A study and one version of its protocol."""

    study = Part(StudyRecord, required=True, metadata=about("Study"))
    protocol = Part(ProtocolVersion, required=True, metadata=about("Version of its protocol"))


class Loader(yaml.SafeLoader):
    """Reads YAML as version 1.2 means it: no is a word, a day is a text, 0.8 is exact, and no key stands twice."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (PyYAML reads it of the class)


class NotYaml(ValueError):
    """The file is not YAML; says where."""


def _exact(loader: Loader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(node.value)


def _once(loader: Loader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    names = [loader.construct_object(name) for name, _ in node.value]
    for name, (at, _) in zip(names, node.value, strict=True):
        if not isinstance(name, str) or names.count(name) > 1:
            raise NotYaml(f"A name is not a text, or stands twice, in line {at.start_mark.line + 1}.")
    return loader.construct_mapping(node, deep=True)


for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"-?(0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(0|[1-9][0-9]*)\.[0-9]+", "-0123456789"),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first))
Loader.add_constructor("tag:yaml.org,2002:float", _exact)
Loader.add_constructor("tag:yaml.org,2002:map", _once)


def parsed(text: str) -> Any:
    """Read YAML; NotYaml when it is none."""
    try:
        return yaml.load(text, Loader)  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise NotYaml(f"This is not YAML{f', from line {mark.line + 1} on' if mark else ''}.") from None
    except RecursionError:
        raise NotYaml("This YAML is nested too deeply.") from None


def read(text: str) -> dict[str, Any]:
    """Read a study's file: what it says of the `study`, and the `protocol` with every field.

    Raises:
        NotYaml: it is no YAML. RulesBroken: naming each broken rule with its JSON pointer in the file.
    """
    schema = schema_of(StudyFile)
    accepted = schema.accept(parsed(text))
    return {"study": accepted["study"], "protocol": schema_of(ProtocolVersion).whole(accepted["protocol"])}


def shipped(name: str) -> str:
    """Give the text of a protocol that is shipped: observational, single_arm or randomised."""
    return (resources.files("registry") / "protocols" / f"{name}.yaml").read_text(encoding="utf-8")
