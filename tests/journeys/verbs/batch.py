"""The batch record at the API. A program sees what a step asks for in `steps/<place>/`, and fills that."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone

from tests.journeys.api_player import API, ApiStage, ApiVerb, part

Values = Mapping[str, str]
SCANNED = {"MATERIAL_LOT", "EQUIPMENT", "VESSEL"}
Field = dict[str, Any]


def plan(stage: ApiStage, who: str, *, din: str) -> None:
    """Plan the batch."""
    body = {"number": stage.number, "product": stage.stage.product, "site": stage.stage.site.code, "donation": din}
    stage.post(who, f"{API}/batches/", {**body, "planned_start": timezone.now().isoformat()})


def start(stage: ApiStage, who: str, *, chain: str = "") -> None:
    """Start the batch; `chain` is what was scanned where it is not the right one."""
    body = {"chain": chain or stage.stage.chain}
    stage.sign(who, f"{stage.batch}/start/", body, seen=f"{stage.batch}/")


def finish(stage: ApiStage, who: str) -> None:
    """Finish the record."""
    stage.sign(who, f"{stage.batch}/finish/", seen=f"{stage.batch}/")


def vessels(stage: ApiStage, who: str, *, step: str, kind: str, count: int = 1, made_from: str = "") -> None:
    """Open vessels in a step, made from those of an earlier section."""
    there = stage.get(who, f"{stage.batch}/vessels/")
    parents = [vessel["number"] for vessel in there if made_from and vessel["section"] == made_from]
    stage.post(who, f"{stage.batch}/vessels/", {"step": step, "kind": kind, "count": count, "parents": parents})


def again(stage: ApiStage, who: str, *, place: str) -> None:
    """Begin the next occurrence."""
    stage.post(who, f"{stage.batch}/occurrences/", {"place": place})


def record(
    stage: ApiStage,
    who: str,
    *,
    step: str,
    values: Values | None = None,
    rows: Mapping[str, Values] | None = None,
    reason: str = "",
    performed_at: str = "",
    happened: Mapping[str, str] | None = None,
    page: Mapping[str, Any] | None = None,
) -> None:
    """Enter values of a step."""
    page = page or stage.get(who, f"{stage.batch}/steps/{part(step)}/")
    when = stage.instant(performed_at) if performed_at else None
    there = [vessel for vessel in stage.get(who, f"{stage.batch}/vessels/") if vessel["state"] == "OPEN"]
    entries = [
        {"place": field["place"], "text": text, "performed_at": when, "scanned": field["kind"] in SCANNED}
        for field, text in _entries(stage, page["fields"], values or {}, rows or {}, there)
    ]
    body: dict[str, object] = {"values": entries, "reason": reason}
    if happened:
        body["happened"] = {"at": stage.instant(happened["at"]), "reason": happened["reason"]}
    stage.post(who, f"{stage.batch}/values/several/", body)


def step(
    stage: ApiStage,
    who: str,
    *,
    step: str,
    values: Values | None = None,
    rows: Mapping[str, Values] | None = None,
    second: str = "",
    **how: Any,
) -> None:
    """Enter what a step asks, then complete or sign it as its line says."""
    url = f"{stage.batch}/steps/{part(step)}/"
    page = stage.get(who, url)
    if values or rows:
        record(stage, who, step=step, values=values, rows=rows, page=page, **how)
    if page["line"]["wants_witness"]:
        witness(stage, who, step=step, second=second)
    if page["line"]["is_signed_alone"]:
        stage.sign(who, f"{url}sign/", seen=url)
    else:
        stage.post(who, f"{url}complete/")


def witness(stage: ApiStage, who: str, *, step: str, second: str) -> None:
    """A second person signs on the first one's screen."""
    url = f"{stage.batch}/steps/{part(step)}/"
    stage.sign(who, f"{url}witness/", seen=url, by=second)


def section(stage: ApiStage, who: str, *, section: str, check: str = "") -> None:
    """Sign what one entered in a section."""
    url = f"{stage.batch}/sections/{part(section)}/"
    stage.sign(who, f"{url}sign/", seen=url)
    if check:
        check_only(stage, check, section=section)


def check_only(stage: ApiStage, who: str, *, section: str) -> None:
    """Check a section."""
    url = f"{stage.batch}/sections/{part(section)}/"
    stage.sign(who, f"{url}check/", seen=url)


def correct(stage: ApiStage, who: str, *, place: str, text: str, reason: str) -> None:
    """Correct the value that stands."""
    url = f"{stage.batch}/values/{part(place)}/"
    standing = stage.get(who, url)["values"][-1]
    body = {"supersedes": standing["id"], "text": stage.text(text), "reason": reason}
    stage.post(who, f"{url}corrections/", body)


def _entries(
    stage: ApiStage, fields: list[Field], values: Values, rows: Mapping[str, Values], vessels: list[dict[str, str]]
) -> Iterator[tuple[Field, str]]:
    of_step = {field["key"]: field for field in fields if not field["row"]}
    of_rows: dict[str, dict[str, Field]] = {}
    for field in fields:
        if field["row"]:
            of_rows.setdefault(field["row"], {})[field["key"]] = field
    yield from ((of_step[key], stage.text(text)) for key, text in values.items())
    if not of_rows:
        yield from _scans({key: field for key, field in of_step.items() if key not in values}, vessels, "")
    for row, asked in of_rows.items():
        if rows:
            yield from _scans(asked, vessels, row)
        given = {**rows.get("all", {}), **rows.get(row, {})}
        yield from ((asked[key], stage.text(text)) for key, text in given.items())


def _scans(asked: Mapping[str, Field], vessels: list[dict[str, str]], row: str) -> Iterator[tuple[Field, str]]:
    """The labels of open vessels, where one is asked for and none stands yet."""
    for key, field in asked.items():
        if field["kind"] == "VESSEL" and field["value"] is None:
            fitting = [one["number"] for one in vessels if one["kind"] == key and row in ("", one["row"])]
            yield field, fitting[-1]


VERBS: dict[str, ApiVerb] = {
    "plan": plan,
    "start": start,
    "finish": finish,
    "vessels": vessels,
    "again": again,
    "record": record,
    "step": step,
    "witness": witness,
    "section": section,
    "check": check_only,
    "correct": correct,
}
