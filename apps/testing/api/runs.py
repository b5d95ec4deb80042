"""Runs: list, open, worksheet, controls, results, the analyst's and the reviewer's signature."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.batches.selectors.batches import visible_batches
from apps.core.errors import BadInput, Objection
from apps.core.filters import AnyOf
from apps.core.roles import Role
from apps.core.text import N_
from apps.facility.selectors import instrument_named
from apps.materials.selectors import lot_named
from apps.organisation.access import Access
from apps.signatures.api import happened_from
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing
from apps.testing import services
from apps.testing.api import bodies, outputs
from apps.testing.api.samples import BY_ANALYSTS
from apps.testing.content import review_results_content, sign_results_content
from apps.testing.facts import RunState
from apps.testing.models import AssayRun, ControlValue, Line, Result, Sample
from apps.testing.selectors import lines_of, run_now, visible_runs, visible_samples, with_results, worksheet
from apps.units.api.acts import Act

BY_LABORATORY = Access(write=frozenset({Role.ANALYST, Role.QC_HEAD}))
Thing = TypeVar("Thing")


class RunFilter(django_filters.FilterSet):
    """`?batch=CT-0042&state=OPEN&test=sterility&analyst=anna`."""

    batch = django_filters.CharFilter(field_name="lines__sample__batch__number", distinct=True)
    site = django_filters.CharFilter(field_name="site__code")
    state = AnyOf(RunState)
    test = django_filters.CharFilter()
    analyst = django_filters.CharFilter()

    class Meta:
        model = AssayRun
        fields: tuple[str, ...] = ()


@extend_schema_view(get=extend_schema(operation_id="runs_list"))
class RunList(ListAPIView, Act):
    """The runs of one's sites, newest first; POST begins one."""

    open_to = BY_ANALYSTS
    serializer_class = outputs.RunOutput
    filterset_class = RunFilter
    queryset = AssayRun.objects.none()
    input_class, output_class = bodies.RunInput, outputs.RunOutput
    example = {
        "number": "AR-0007",
        "batch": "CT-0042",
        "test": "endotoxin",
        "started_at": "2026-11-05T17:00:00Z",
        "instruments": {"plate_reader": "PR-02"},
        "reagents": {"lal_reagent": "LAL-118"},
    }

    def get_queryset(self) -> QuerySet[AssayRun]:
        return with_results(visible_runs(self.request.user, timezone.now()))

    def target(self) -> Batch:
        number = self.said["batch"]
        batch = visible_batches(self.request.user, self.now).filter(number=number).first()
        if batch is None:
            raise BadInput(Objection("unknown_batch", N_("There is no batch {batch}."), {"batch": number}, "batch"))
        return batch

    def perform(self, target: Batch, said: dict[str, Any]) -> AssayRun:
        site = target.site.code
        instruments = {key: instrument_named(number, site) for key, number in said["instruments"].items()}
        reagents = {key: lot_named(number, site) for key, number in said["reagents"].items()}
        return services.open_run(
            number=said["number"],
            batch=target,
            test=said["test"],
            started_at=said["started_at"],
            instruments=_all_known(instruments, said["instruments"], "instruments"),
            reagents=_all_known(reagents, said["reagents"], "reagents"),
            happened=happened_from(said["happened"]),
            **self.who,
        )


def _all_known(found: Mapping[str, Thing | None], sent: Mapping[str, str], place: str) -> dict[str, Thing]:
    known = {key: thing for key, thing in found.items() if thing is not None}
    unknown = sorted(set(sent) - set(known))
    if unknown:
        numbers = ", ".join(sent[key] for key in unknown)
        raise BadInput(Objection("unknown_number", N_("There is no {numbers} here."), {"numbers": numbers}, place))
    return known


class RunShow(APIView):
    """A run with its worksheet: controls, samples, results."""

    @extend_schema(operation_id="runs_show", responses=outputs.WorksheetOutput)
    def get(self, request: Request, number: str) -> Response:
        run = get_object_or_404(with_results(visible_runs(request.user, timezone.now())), number=number)
        return tagged(Response(outputs.WorksheetOutput(worksheet(run)).data), run.record)


class RunAct(Act):
    """An act on a run."""

    open_to = BY_ANALYSTS

    def target(self) -> AssayRun:
        seen = visible_runs(self.request.user, self.now)
        return get_object_or_404(seen, number=self.kwargs["number"])


class PutOnRun(RunAct):
    """Put received samples on the worksheet."""

    input_class, output_class, many = bodies.LinesInput, outputs.WorksheetLineOutput, True
    example = {"samples": ["CT-0042-S01"], "inoculated_at": "2026-11-05T17:00:00Z"}

    def perform(self, target: AssayRun, said: dict[str, Any]) -> list[Line]:
        samples = self._samples(said["samples"])
        happened = happened_from(said["happened"])
        when = said["inoculated_at"]
        return services.put_on_run(run=target, samples=samples, inoculated_at=when, happened=happened, **self.who)

    def _samples(self, numbers: Iterable[str]) -> list[Sample]:
        seen = visible_samples(self.request.user, self.now)
        found = {sample.number: sample for sample in seen.filter(number__in=list(numbers))}
        unknown = sorted(set(numbers) - set(found))
        if unknown:
            facts = {"samples": ", ".join(unknown)}
            raise BadInput(Objection("unknown_sample", N_("There is no sample {samples}."), facts, "samples"))
        return [found[number] for number in dict.fromkeys(numbers)]


class RecordControl(RunAct):
    """Enter or correct what a control gave."""

    input_class, output_class = bodies.ControlInput, outputs.ControlOutput
    example = {"control": "spike", "text": "104"}

    def perform(self, target: AssayRun, said: dict[str, Any]) -> ControlValue:
        return services.record_control(run=target, **said, **self.who)


class RecordResult(RunAct):
    """Enter one result of one sample on the run."""

    input_class, output_class = bodies.ResultInput, outputs.ResultOutput
    example = {"sample": "CT-0042-S01", "parameter": "endotoxin", "text": "<0.05", "tested_at": "2026-11-05T18:00:00Z"}

    def perform(self, target: AssayRun, said: dict[str, Any]) -> Result:
        number, position = said.pop("sample"), said.pop("position")
        lines = [line for line in lines_of(target) if line.sample.number == number]
        line = next((line for line in lines if position in (None, line.position)), None)
        if line is None:
            template = N_("Sample {sample} is not on this run.")
            raise BadInput(Objection("not_on_this_run", template, {"sample": number}, "sample"))
        happened = happened_from(said.pop("happened"))
        return services.record_result(line=line, happened=happened, **said, **self.who)


class RunVerb(SignedVerb):
    """A signed verb on a run."""

    output_class = outputs.WorksheetOutput

    def target(self) -> AssayRun:
        seen = visible_runs(self.request.user, self.now)
        return get_object_or_404(seen, number=self.kwargs["number"])

    def record(self, target: AssayRun) -> Record | None:
        return target.record


class SignResults(RunVerb):
    """Sign the worksheet as tested; the controls judge the run."""

    open_to = BY_ANALYSTS
    input_class, signed_class = bodies.SignRunInput, bodies.SignRunSigned

    def content(self, target: AssayRun, data: Mapping[str, Any]) -> SignedContent:
        return sign_results_content(target, data["invalid_because"])

    def perform(self, target: AssayRun, data: Mapping[str, Any], signing: Signing) -> Any:
        because = data["invalid_because"]
        run = services.sign_results(run=target, signing=signing, invalid_because=because, **self.who)
        return worksheet(run_now(run))


class ReviewResults(RunVerb):
    """Review signed results as a second person."""

    open_to = BY_LABORATORY
    input_class, signed_class = bodies.NothingMore, bodies.NothingMoreSigned

    def content(self, target: AssayRun, data: Mapping[str, Any]) -> SignedContent:
        return review_results_content(target)

    def perform(self, target: AssayRun, data: Mapping[str, Any], signing: Signing) -> Any:
        run = services.review_results(run=target, signing=signing, **self.who)
        return worksheet(run_now(run))
