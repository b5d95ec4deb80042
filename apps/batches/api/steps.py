"""Steps and sections: show, begin again, complete, sign, witness, check.

A signature on a step looks at the step, not at the whole batch: If-Match is the step's own ETag, so two tablets in
different steps of one batch never disturb each other.
"""

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.batches.api import inputs, outputs, page_outputs
from apps.batches.api.batches import BY_HANDS, BY_OPERATORS
from apps.batches.content import check_content, section_content, step_content, witness_content
from apps.batches.models import Batch, Step
from apps.batches.selectors.batches import visible_batch
from apps.batches.selectors.pages import record_page, step_page
from apps.batches.selectors.versions import version_of_part
from apps.batches.services.checking import check_section, witness_step
from apps.batches.services.judging import read_place
from apps.batches.services.occurring import start_occurrence
from apps.batches.services.signing import complete_step, sign_section, sign_step
from apps.core.http import actor_of, check_version, etag_of
from apps.core.roles import Role
from apps.organisation.access import Access
from apps.products.facts import BadPlace, Place
from apps.signatures.api import happened_from, signing_of
from apps.signatures.api.verbs import SignedVerb, tagged
from apps.signatures.facts import SignedContent, Signing

# A counter-sign in place is sent on the operator's session; the service asks for the signer's role.
BY_SECONDS = Access(write=frozenset({Role.OPERATOR, Role.CHECKER}))


def part_tagged(response: Response, batch: Batch, place: Place) -> Response:
    """The reply with the ETag of the step or section."""
    response["ETag"] = f'"{etag_of(f"{batch.record.address}/{place}", version_of_part(batch, place))}"'
    return response


class StepView(APIView):
    """One step with its form."""

    @extend_schema(operation_id="steps_show", responses=page_outputs.StepPageOutput)
    def get(self, request: Request, number: str, place: str) -> Response:
        now = timezone.now()
        batch = visible_batch(request.user, number, now)
        where = read_place(place)
        try:
            page = step_page(batch, where, now)
        except BadPlace as error:
            raise Http404 from error
        return part_tagged(Response(page_outputs.StepPageOutput(page).data), batch, where)


class SectionView(APIView):
    """One section with its steps: what is still to be signed and to be checked. Its ETag is asked for by both."""

    @extend_schema(operation_id="sections_show", responses=outputs.SectionOutput)
    def get(self, request: Request, number: str, place: str) -> Response:
        now = timezone.now()
        batch = visible_batch(request.user, number, now)
        where = read_place(place)
        found = [section for section in record_page(batch, now).sections if section.place == where]
        if not found:
            raise Http404
        return part_tagged(Response(outputs.SectionOutput(found[0]).data), batch, where)


class Occurrences(APIView):
    """Begin the next occurrence of a repeated step or stage."""

    open_to = BY_OPERATORS

    @extend_schema(
        operation_id="occurrences_begin", request=inputs.OccurrenceInput, responses={201: page_outputs.StepRowsOutput}
    )
    def post(self, request: Request, number: str) -> Response:
        form = inputs.OccurrenceInput(data=request.data)
        form.is_valid(raise_exception=True)
        now, said = timezone.now(), form.validated_data
        batch = visible_batch(request.user, number, now)
        happened = happened_from(said["happened"])
        rows = start_occurrence(batch=batch, place=said["place"], actor=actor_of(request), at=now, happened=happened)
        body = page_outputs.StepRowsOutput({"steps": rows}).data
        return tagged(Response(body, status=status.HTTP_201_CREATED), batch.record)


class CompleteStep(APIView):
    """Say that a step is done, without a signature of its own."""

    open_to = BY_HANDS

    @extend_schema(operation_id="steps_complete", request=inputs.HappenedOnly, responses=page_outputs.StepRowOutput)
    def post(self, request: Request, number: str, place: str) -> Response:
        form = inputs.HappenedOnly(data=request.data)
        form.is_valid(raise_exception=True)
        now = timezone.now()
        batch = visible_batch(request.user, number, now)
        happened = happened_from(form.validated_data["happened"])
        row = complete_step(batch=batch, step=place, actor=actor_of(request), at=now, happened=happened)
        return part_tagged(Response(page_outputs.StepRowOutput(row).data), batch, read_place(place))


class PartVerb(SignedVerb):
    """A signed verb on a step or section: If-Match is the ETag of that part."""

    input_class, signed_class = inputs.NoBody, inputs.OnlySigned

    def target(self) -> Batch:
        return visible_batch(self.request.user, self.kwargs["number"], self.now)

    @property
    def place(self) -> Place:
        """The step or section."""
        return read_place(self.kwargs["place"])

    def _signed(self, request: Request, target: Batch, data: dict[str, Any]) -> Response:
        check_version(request, f"{target.record.address}/{self.place}", version_of_part(target, self.place))
        done = self.perform(target, data, signing_of(data.pop("signature")))
        return part_tagged(Response(self.output_class(done).data), target, self.place)


class SignStep(PartVerb):
    """Complete a step by its performer's signature, or sign it again after a correction."""

    open_to = BY_HANDS
    input_class, signed_class = inputs.HappenedOnly, inputs.HappenedSigned
    output_class = page_outputs.StepRowOutput

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return step_content(target, self.place)

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> Step:
        happened = happened_from(data.get("happened"))
        return sign_step(batch=target, step=self.place, signing=signing, happened=happened, **self.who)


class WitnessStep(PartVerb):
    """Sign that one was present: the second person, on the operator's screen."""

    open_to = BY_SECONDS
    output_class = page_outputs.StepRowOutput

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return witness_content(target, self.place)

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> Step:
        return witness_step(batch=target, step=self.place, signing=signing, **self.who)


class SignSection(PartVerb):
    """Sign the steps of a section that one completed oneself, as one shown list."""

    open_to = BY_HANDS
    output_class = page_outputs.StepRowsOutput

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return section_content(target, self.place, self.request.user.username)

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> dict[str, list[Step]]:
        return {"steps": sign_section(batch=target, section=self.place, signing=signing, **self.who)}


class CheckSection(PartVerb):
    """Check the steps of a section: a person who had no hand in them."""

    open_to = BY_SECONDS
    output_class = page_outputs.StepRowsOutput

    def content(self, target: Batch, data: Mapping[str, Any]) -> SignedContent:
        return check_content(target, self.place)

    def perform(self, target: Batch, data: Mapping[str, Any], signing: Signing) -> dict[str, list[Step]]:
        return {"steps": check_section(batch=target, section=self.place, signing=signing, **self.who)}
