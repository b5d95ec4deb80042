"""At the bed, for programs: two people sign the start; moments, vital signs, the end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework import serializers

from apps.audit.models import Record
from apps.core.errors import stop_if
from apps.core.fields import Instant
from apps.core.rules import is_future
from apps.dosing import services
from apps.dosing.api.orders import OrderAct, one_order
from apps.dosing.content import end_content, second_content, start_content
from apps.dosing.facts import Bedside, MomentKind
from apps.dosing.lifecycle import BEDSIDE
from apps.dosing.models import Infusion, Moment, TreatmentOrder, VitalSigns
from apps.organisation.access import Access
from apps.signatures.api import HappenedInput, SigningInput, happened_from, signing_of
from apps.signatures.api.verbs import SignedVerb
from apps.signatures.facts import SignedContent, Signing

AT_BED = Access(write=frozenset(BEDSIDE))


class BedsideBody(serializers.Serializer):
    """Two identifiers of the wristband, every unit as scanned, what the master record asks besides.

    The identifiers are compared and never kept. `happened` records an infusion that was given already.
    """

    first = serializers.CharField(max_length=80)
    second = serializers.CharField(max_length=20)
    units = serializers.ListField(child=serializers.CharField(max_length=120), max_length=200)
    chain = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    answers = serializers.DictField(
        child=serializers.CharField(max_length=500, allow_blank=True), required=False, default=dict
    )
    happened = HappenedInput(required=False, allow_null=True, default=None)


class BedsideSigned(BedsideBody):
    """The same, signed by both."""

    signature = SigningInput()
    countersignature = SigningInput()


class InfusionOutput(serializers.ModelSerializer):
    """An infusion."""

    order = serializers.CharField(source="order.number")
    remainder = serializers.CharField(allow_null=True)

    class Meta:
        model = Infusion
        fields = (
            *("order", "units", "started_at", "started_by", "second_by", "expires_at", "happened", "reason"),
            *("overridden", "ended_at", "ended_by", "answers", "remainder"),
        )


class MomentBody(serializers.Serializer):
    """A pause, going on, or another rate."""

    kind = serializers.ChoiceField(choices=[MomentKind.PAUSED, MomentKind.RESUMED, MomentKind.RATE])
    moment_at = Instant(required=False, allow_null=True, default=None)
    rate = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class MomentOutput(serializers.ModelSerializer):
    """A moment of an infusion."""

    class Meta:
        model = Moment
        fields = ("kind", "at", "by", "rate", "note")


class VitalsBody(serializers.Serializer):
    """What was measured, by the keys of the master record."""

    signs = serializers.DictField(child=serializers.CharField(max_length=40, allow_blank=True))
    taken_at = Instant(required=False, allow_null=True, default=None)


class VitalsOutput(serializers.ModelSerializer):
    """Vital signs, and the due time they answer."""

    class Meta:
        model = VitalSigns
        fields = ("due_at", "taken_at", "taken_by", "signs")


class EndBody(serializers.Serializer):
    """When it ended, and what the master record asks about it."""

    ended_at = Instant()
    answers = serializers.DictField(child=serializers.CharField(max_length=500, allow_blank=True))


class EndSigned(EndBody):
    """The end, signed."""

    signature = SigningInput()


class StartInfusion(SignedVerb):
    """Two people compare at the bed and start the infusion: `signature` and `countersignature`."""

    open_to = AT_BED
    input_class, signed_class, output_class = BedsideBody, BedsideSigned, InfusionOutput
    created = True

    def target(self) -> TreatmentOrder:
        return one_order(self)

    def content(self, target: TreatmentOrder, data: Mapping[str, Any]) -> SignedContent:
        services.compare_at_bedside(order=target, bedside=_said(data), **self.who)
        return start_content(target, _said(data), _began(data, self.now))

    def perform(self, target: TreatmentOrder, data: Mapping[str, Any], signing: Signing) -> Infusion:
        return services.start_infusion(
            order=target,
            bedside=_said(data),
            signing=signing,
            countersigning=signing_of(data["countersignature"]),
            happened=happened_from(data["happened"]),
            **self.who,
        )


class CompareInfusion(StartInfusion):
    """What the second person at the bed signs."""

    def content(self, target: TreatmentOrder, data: Mapping[str, Any]) -> SignedContent:
        services.compare_at_bedside(order=target, bedside=_said(data), **self.who)
        return second_content(target, _said(data), _began(data, self.now))


class NoteMoment(OrderAct):
    """A pause, going on, or another rate."""

    open_to = AT_BED
    input_class, output_class = MomentBody, MomentOutput
    created = True

    def perform(self, target: TreatmentOrder, said: dict[str, Any]) -> Moment:
        told = {**said, "kind": MomentKind(said["kind"])}
        return services.note_moment(order=target, **told, **self.who)


class RecordVitals(OrderAct):
    """Vital signs were taken."""

    open_to = AT_BED
    input_class, output_class = VitalsBody, VitalsOutput
    created = True

    def perform(self, target: TreatmentOrder, said: dict[str, Any]) -> VitalSigns:
        return services.record_vitals(order=target, **said, **self.who)


class EndInfusion(SignedVerb):
    """End the infusion: a signature under what the master record asks about it."""

    open_to = AT_BED
    input_class, signed_class, output_class = EndBody, EndSigned, InfusionOutput

    def target(self) -> TreatmentOrder:
        return one_order(self)

    def record(self, target: TreatmentOrder) -> Record:
        return target.record

    def content(self, target: TreatmentOrder, data: Mapping[str, Any]) -> SignedContent:
        return end_content(target, data["answers"], data["ended_at"])

    def perform(self, target: TreatmentOrder, data: Mapping[str, Any], signing: Signing) -> Infusion:
        told = {"ended_at": data["ended_at"], "answers": data["answers"], "signing": signing}
        return services.end_infusion(order=target, **told, **self.who)


def _said(data: Mapping[str, Any]) -> Bedside:
    return Bedside(data["first"], data["second"], tuple(data["units"]), data["answers"], data["chain"])


def _began(data: Mapping[str, Any], now: datetime) -> datetime | None:
    """When an infusion that was given began; what is still to come is not shown for signing."""
    happened = happened_from(data["happened"])
    if happened is None:
        return None
    stop_if(is_future(happened.at, now, "happened.at"))
    return happened.at
