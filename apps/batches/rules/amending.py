"""Applying an amendment to the text of a master record: a closed set of changes. Pure."""

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any

from apps.batches.facts.lines import Sentence
from apps.core.canonical import canonical
from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition.limits import Ends
from apps.products.facts import BadPlace, Place
from apps.products.rules.limits import ends_text

KINDS = ("limit", "parameter", "skip_step", "add_step")
WORDS = {
    "limit": N_("The limit of {at} is {limit}."),
    "parameter": N_("Parameter {key} of {at} is changed or added."),
    "skip_step": N_("{at} is left out."),
    "add_step": N_("Step {key} is added to {at}."),
}
LEVELS = {"alert": ("alert", "警戒"), "action": ("action", "纠偏")}
MEMBERS = {"change", "at", "limit", "parameter", "stage", "step"}
Change = Mapping[str, Any]


class BadAmendment(Exception):
    """A change that can't be applied, with the objection that says why."""

    def __init__(self, objection: Objection) -> None:
        super().__init__(objection.text)
        self.objection = objection


def amended(text: str, changes: Sequence[Change]) -> dict[str, Any]:
    """The data of a master record with these changes. Raises BadAmendment."""
    data = copy.deepcopy(json.loads(text))
    for i, change in enumerate(changes):
        kind = change.get("change")
        if kind not in KINDS or not change.keys() <= MEMBERS:
            raise _bad(i, N_("Change {n}: say limit, parameter, skip_step or add_step."))
        APPLY[str(kind)](data, change, i)
    return data


def skipped_steps(changes: Sequence[Change]) -> tuple[Place, ...]:
    """The steps that these changes skip: one occurrence, or all where no index is given."""
    return tuple(Place.parse(str(change["at"])) for change in changes if change.get("change") == "skip_step")


def change_in_words(change: Change) -> Sentence:
    """One change of an amendment as people read it; the whole of it is what was signed."""
    template, facts = WORDS[str(change["change"])], {"at": str(change.get("at", ""))}
    match change["change"]:
        case "limit":
            facts |= _limit_in_words(change["limit"])
        case "parameter":
            facts["key"] = str(change["parameter"]["key"])
        case "add_step":
            facts |= {"key": str(change["step"]["key"]), "at": str(change["stage"])}
    return Sentence(template, facts)


def _limit_in_words(limit: Mapping[str, Any]) -> dict[str, str]:
    """The limit and its levels, whole, in both languages; what is no range of numbers as it was signed."""
    levels = {name: _ends(limit.get(name) or {}) for name in LEVELS}
    told = [("", "", _ends(limit)), *((*LEVELS[name], ends) for name, ends in levels.items())]
    said = [(en, zh, ends) for en, zh, ends in told if ends]
    if not said:
        return {"limit": canonical(limit)}
    return {
        "limit": "; ".join(f"{en} {ends}".strip() for en, _zh, ends in said),
        "limit_zh": "；".join(f"{zh} {ends}".strip() for _en, zh, ends in said),
    }


def _ends(limit: Mapping[str, Any]) -> str:
    given = {name: limit[name] for name in Ends.model_fields if name in limit}
    return ends_text(Ends.model_validate(given))


def is_skipped(step: Place, skipped: Place) -> bool:
    """Whether a skip means this occurrence of a step."""
    same = (step.stage, step.step) == (skipped.stage, skipped.step)
    in_stage = skipped.stage_n in (None, step.stage_n)
    return same and in_stage and skipped.step_n in (None, step.step_n)


def _set_limit(data: dict[str, Any], change: Change, i: int) -> None:
    field = _field(data, change, i)
    field["limit"] = change.get("limit")
    if not isinstance(field["limit"], dict):
        raise _bad(i, N_("Change {n}: a limit is missing."))


def _set_parameter(data: dict[str, Any], change: Change, i: int) -> None:
    place = _place(change, i)
    step = _step(data, place, i)
    given = change.get("parameter")
    if not isinstance(given, dict) or "key" not in given:
        raise _bad(i, N_("Change {n}: a parameter with its key is missing."))
    others = [entry for entry in step.get("parameters", []) if entry.get("key") != given["key"]]
    step["parameters"] = [*others, given]


def _check_skip(data: dict[str, Any], change: Change, i: int) -> None:
    _step(data, _place(change, i), i)  # the step stays in the text; its occurrences are marked


def _add_step(data: dict[str, Any], change: Change, i: int) -> None:
    stages = {stage["key"]: stage for stage in data["preparation"]["stages"]}
    stage, given = stages.get(str(change.get("stage"))), change.get("step")
    if stage is None or not isinstance(given, dict) or "key" not in given:
        raise _bad(i, N_("Change {n}: a step is added to a stage, with its key."))
    if any(step["key"] == given["key"] for step in stage["steps"]):
        raise _bad(i, N_("Change {n}: the stage has a step with this key already."))
    stage["steps"].append(given)


APPLY = {"limit": _set_limit, "parameter": _set_parameter, "skip_step": _check_skip, "add_step": _add_step}


def _place(change: Change, i: int) -> Place:
    try:
        return Place.parse(str(change.get("at", "")))
    except BadPlace as error:
        raise _bad(i, N_("Change {n}: {at} is no place."), at=str(change.get("at", ""))[:100]) from error


def _step(data: dict[str, Any], place: Place, i: int) -> dict[str, Any]:
    for stage in data["preparation"]["stages"]:
        for step in stage["steps"]:
            if (stage["key"], step["key"]) == (place.stage, place.step):
                return step
    raise _bad(i, N_("Change {n}: the master record has no step {at}."), at=str(place))


def _field(data: dict[str, Any], change: Change, i: int) -> dict[str, Any]:
    place = _place(change, i)
    for field in _step(data, place, i).get("parameters", []):
        if field["key"] == place.parameter:
            return field
    raise _bad(i, N_("Change {n}: the master record has no parameter {at}."), at=str(place))


def _bad(i: int, template: str, **facts: object) -> BadAmendment:
    return BadAmendment(Objection("bad_change", template, {"n": i + 1, **facts}, place=f"changes[{i}]"))
