"""Units and the laboratory at the API."""

from collections.abc import Mapping, Sequence

from django.utils import timezone

from tests.journeys.api_player import API, ApiStage, ApiVerb


def containers(stage: ApiStage, who: str, *, lot: str, count: int) -> None:
    """Issue empty containers."""
    stage.post(who, f"{stage.batch}/containers/", {"lot": lot, "count": count})


def containers_left(stage: ApiStage, who: str, *, count: int, returned: bool, reason: str) -> None:
    """Account for containers that became no unit."""
    stage.post(who, f"{stage.batch}/containers/losses/", {"count": count, "returned": returned, "reason": reason})


def labels(stage: ApiStage, who: str, *, specimens: int) -> None:
    """Print the labels."""
    stage.post(who, f"{stage.batch}/labels/", {"specimens": specimens})


def settle_labels(stage: ApiStage, who: str, *, destroyed: int = 0, reason: str = "") -> None:
    """Put the specimens into the record, destroy what is left over."""
    printed = [label for label in stage.get(who, f"{stage.batch}/labels/") if label["fate"] == "PRINTED"]
    specimens = [label["serial"] for label in printed if not label["unit_number"]]
    url = f"{stage.batch}/labels/fates/"
    if specimens:
        stage.post(who, url, {"serials": specimens, "fate": "SPECIMEN"})
    if destroyed:
        left = [label["serial"] for label in printed if label["unit_number"]][:destroyed]
        stage.post(who, url, {"serials": left, "fate": "DESTROYED", "reason": reason})


def fill(
    stage: ApiStage,
    who: str,
    *,
    counts: Mapping[str, int] | None = None,
    place: str = "",
    happened: Mapping[str, str] | None = None,
) -> None:
    """Fill the units."""
    body: dict[str, object] = {"filled_at": timezone.now().isoformat(), "counts": counts, "place": place}
    if happened:
        body["happened"] = {"at": stage.instant(happened["at"]), "reason": happened["reason"]}
    stage.post(who, f"{stage.batch}/fill/", body)


def freeze(stage: ApiStage, who: str) -> None:
    """Freeze every unit."""
    numbers = [unit["number"] for unit in stage.all(who, f"{API}/units/", batch=stage.number)]
    stage.post(who, f"{stage.batch}/freeze/", {"units": numbers, "frozen_at": timezone.now().isoformat()})


def close_balances(stage: ApiStage, who: str) -> None:
    """Labels and containers close."""
    for counted in ("LABELS", "CONTAINERS"):
        stage.post(who, f"{stage.batch}/reconciliations/", {"counted": counted})


def sample(
    stage: ApiStage,
    who: str,
    *,
    kind: str,
    unit: str = "",
    vessel: str = "",
    tests: Sequence[str] = (),
    place: str = "",
) -> None:
    """Draw a sample."""
    source = (unit and f"unit/{unit}") or (vessel and f"vessel/{vessel}")
    body = {"batch": stage.number, "kind": kind, "source": source, "tests": list(tests), "place": place}
    stage.post(who, f"{API}/samples/", {**body, "drawn_at": timezone.now().isoformat()})


def receive(stage: ApiStage, who: str, *, sample: str) -> None:
    """The laboratory takes a sample in."""
    stage.post(who, f"{API}/samples/{sample}/receive/", {"received_at": timezone.now().isoformat()})


def run(
    stage: ApiStage,
    who: str,
    *,
    number: str,
    test: str,
    sample: str,
    instruments: Mapping[str, str] | None = None,
    reagents: Mapping[str, str] | None = None,
    inoculated: bool = False,
) -> None:
    """Begin a run with one sample on its worksheet."""
    now = timezone.now().isoformat()
    needs = {"instruments": dict(instruments or {}), "reagents": dict(reagents or {})}
    body = {"number": number, "batch": stage.number, "test": test, "started_at": now, **needs}
    stage.post(who, f"{API}/runs/", body)
    when = now if inoculated else None
    stage.post(who, f"{API}/runs/{number}/lines/", {"samples": [sample], "inoculated_at": when})


def controls(stage: ApiStage, who: str, *, run: str, controls: Mapping[str, str]) -> None:
    """Enter what the controls gave."""
    for control, text in controls.items():
        stage.post(who, f"{API}/runs/{run}/controls/", {"control": control, "text": str(text)})


def result(stage: ApiStage, who: str, *, run: str, results: Mapping[str, str]) -> None:
    """Enter what was found."""
    url = f"{API}/runs/{run}/"
    sample = stage.get(who, url)["rows"][0]["line"]["sample"]
    for parameter, text in results.items():
        body = {"sample": sample, "parameter": parameter, "text": str(text)}
        stage.post(who, f"{url}results/", {**body, "tested_at": timezone.now().isoformat()})


def correct_found(stage: ApiStage, who: str, *, run: str, parameter: str, text: str, reason: str) -> None:
    """Correct a result that stands."""
    rows = stage.all(who, f"{API}/results/", batch=stage.number, current="true")
    standing = next(row for row in rows if (row["run"], row["parameter"]) == (run, parameter))
    stage.post(who, f"{API}/results/{standing['id']}/correct/", {"text": text, "reason": reason})


def judged(stage: ApiStage, who: str, *, run: str, review: str = "", because: str = "") -> None:
    """The analyst signs the run; a second person reviews it."""
    url = f"{API}/runs/{run}/"
    stage.sign(who, f"{url}sign/", {"invalid_because": because}, seen=url)
    if review:
        stage.sign(review, f"{url}review/", seen=url)


def assay(
    stage: ApiStage,
    who: str,
    *,
    number: str,
    results: Mapping[str, str],
    review: str,
    controls: Mapping[str, str] | None = None,
    **opened: object,
) -> None:
    """A whole run of one sitting."""
    run(stage, who, number=number, **opened)  # type: ignore[arg-type]
    enter_controls(stage, who, run=number, controls=controls or {})
    result(stage, who, run=number, results=results)
    judged(stage, who, run=number, review=review)


def approve_analysis(stage: ApiStage, who: str) -> None:
    """The head of QC approves the analysis."""
    stage.sign(who, f"{stage.batch}/analysis/approve/", seen=f"{stage.batch}/")


enter_controls = controls  # `assay` has a parameter of that name

VERBS: dict[str, ApiVerb] = {
    "containers": containers,
    "containers_left": containers_left,
    "labels": labels,
    "settle_labels": settle_labels,
    "fill": fill,
    "freeze": freeze,
    "close_balances": close_balances,
    "sample": sample,
    "receive": receive,
    "run": run,
    "controls": controls,
    "result": result,
    "correct_found": correct_found,
    "judged": judged,
    "assay": assay,
    "approve_analysis": approve_analysis,
}
