"""Signals over a study: figures of exposure, incidence and time, arms compared, and line listings, as of a moment."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import arm_comparison, safety_figures, study_safety
from registry.api.contract import Call, contract
from registry.api.extract_orders import NO_CUT
from registry.db import data_cuts, records, studies
from registry.db.transaction import Image
from registry.domain.first_events import ANY_EVENT
from registry.domain.study_safety import ANY_DRUG, StudySafety
from registry.problems import MomentInTheFuture, NoSuchRecord, RulesBroken, StudyConstantsRefused
from registry.schemas import signal_lists as listed
from registry.schemas import signals as told

namespace = Namespace("signals")
PROBLEMS = (NoSuchRecord, MomentInTheFuture, StudyConstantsRefused)


@namespace.route("/studies/<study>/safety/exposure")
class Exposure(Resource):  # type: ignore[misc]
    """Exposure over a study."""

    @contract(may="study_safety.read", gives=told.ExposureFigure, asks=told.SafetyAsked, problems=PROBLEMS)
    def get(self, call: Call, study: str) -> Image:
        """Read exposure in patient-years by drug, dose band and age group."""
        safety = read(call, study)
        return _said(call, study, safety, safety_figures.exposure(safety))


@namespace.route("/studies/<study>/safety/incidence")
class Incidence(Resource):  # type: ignore[misc]
    """Incidence over a study."""

    @contract(may="study_safety.read", gives=told.IncidenceFigure, asks=told.DrugAsked, problems=PROBLEMS)
    def get(self, call: Call, study: str) -> Image:
        """Read the incidence of adverse events per 100 patient-years, with exact intervals."""
        safety = read(call, study)
        return _said(call, study, safety, safety_figures.incidence(safety, _drug(call)))


@namespace.route("/studies/<study>/safety/first-events")
class FirstEvents(Resource):  # type: ignore[misc]
    """First events over a study."""

    @contract(may="study_safety.read", gives=told.FirstEventsFigure, asks=told.FirstEventsAsked, problems=PROBLEMS)
    def get(self, call: Call, study: str) -> Image:
        """Read the time to the first event of a kind, with death and stopping the drug as competing events."""
        safety = read(call, study)
        event = call.query.get("event") or ANY_EVENT
        return _said(call, study, safety, safety_figures.first_events(safety, _drug(call), event))


@namespace.route("/studies/<study>/safety/time-on-drug")
class TimeOnDrug(Resource):  # type: ignore[misc]
    """Time on each drug of a study."""

    @contract(may="study_safety.read", gives=told.TimeOnDrugFigure, asks=told.SafetyAsked, problems=PROBLEMS)
    def get(self, call: Call, study: str) -> Image:
        """Read how long each drug was given, and why it was stopped."""
        safety = read(call, study)
        return _said(call, study, safety, safety_figures.time_on_drug(safety))


@namespace.route("/studies/<study>/safety/laboratory-shifts")
class LaboratoryShifts(Resource):  # type: ignore[misc]
    """Laboratory shifts of a study."""

    @contract(may="study_safety.read", gives=listed.ShiftsFigure, asks=listed.ShiftsAsked, problems=PROBLEMS)
    def get(self, call: Call, study: str) -> Image:
        """Read the worst CTCAE grade after baseline beside that at baseline, by analyte."""
        safety = read(call, study)
        measured, version = study_safety.laboratory(call.tx, safety), call.query.get("ctcae_version") or "5.0"
        return _said(call, study, safety, safety_figures.laboratory_shifts(safety, measured, version))


@namespace.route("/studies/<study>/safety/liver")
class Liver(Resource):  # type: ignore[misc]
    """The liver scatter of a study."""

    @contract(may="study_safety.read", gives=listed.LiverFigure, asks=told.SafetyAsked, problems=PROBLEMS)
    def get(self, call: Call, study: str) -> Image:
        """Read each participant's peak of ALT or AST beside that of bilirubin, without saying whose they are."""
        safety = read(call, study)
        return _said(call, study, safety, safety_figures.liver(safety, study_safety.laboratory(call.tx, safety)))


@namespace.route("/studies/<study>/safety/line-listing")
class LineListing(Resource):  # type: ignore[misc]
    """The line listings of a study."""

    @contract(may="study_safety.list", gives=listed.LineListing, asks=listed.ListingAsked, problems=PROBLEMS)
    def get(self, call: Call, study: str) -> Image:
        """List the serious adverse events, or the suspected unexpected serious adverse reactions."""
        safety, kind = read(call, study), call.query["kind"]
        return _said(call, study, safety, {"kind": kind, "lines": safety_figures.line_listing(safety, kind)})


@namespace.route("/studies/<study>/safety/arms")
class Arms(Resource):  # type: ignore[misc]
    """The arms of a study."""

    @contract(may="study_safety.compare_arms", gives=told.ArmsFigure, asks=told.SafetyAsked, problems=PROBLEMS)
    def get(self, call: Call, study: str) -> Image:
        """Compare the arms by risk and by rate, with intervals; each reading is an event of the audit."""
        safety = read(call, study)
        return _said(call, study, safety, arm_comparison.arms(call.tx, safety))


# --- as of when ---------------------------------------------------------------------------------------------------


def read(call: Call, study: str) -> StudySafety:
    """Read the safety of a study as of the cut or the moment that was asked for, else of now.

    Raises:
        RulesBroken: the study has no such cut.
    """
    study_id = studies.id_of(call.tx, study)
    settled = records.settle(call.tx)
    moment = call.as_of or settled
    if call.query.get("cut"):
        named = data_cuts.moment_of(call.tx, study_id, call.query["cut"])
        if named is None:
            raise RulesBroken(NO_CUT)
        moment = named
    return study_safety.read(call.tx, study_id, moment)


def _drug(call: Call) -> str:
    return call.query.get("drug") or ANY_DRUG


def _said(call: Call, study: str, safety: StudySafety, figure: Image) -> dict[str, Any]:
    """Give a figure with what it tells of itself."""
    return figure | {
        "study": study,
        "cut": call.query.get("cut"),
        "moment": safety.as_of.isoformat(),
        "definitions": safety_figures.definitions(safety),
        "rules": safety_figures.rules(safety),
    }
