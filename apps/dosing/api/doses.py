"""From the thaw to the dose, for programs."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from apps.audit.models import Record
from apps.core.fields import Instant
from apps.dosing import services
from apps.dosing.api.orders import Nothing, OrderAct, Signed, WorkingOutput, one_order
from apps.dosing.content import confirm_content, dose_content
from apps.dosing.facts import DoseInput, OrderVerb
from apps.dosing.lifecycle import MOVES
from apps.dosing.models import Dose, Thaw, TreatmentOrder
from apps.dosing.selectors import prepare_dose, prepare_dose_again, standing_dose
from apps.organisation.access import Access
from apps.signatures.api import HappenedInput, SigningInput, happened_from
from apps.signatures.api.verbs import SignedVerb
from apps.signatures.facts import SignedContent, Signing


class ThawBody(serializers.Serializer):
    """The unit as scanned; `happened` records what was thawed although a rule forbids it."""

    unit = serializers.CharField(max_length=120)
    chain = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    thawed_at = Instant(required=False, allow_null=True, default=None)
    happened = HappenedInput(required=False, allow_null=True, default=None)


class ThawOutput(serializers.ModelSerializer):
    """A unit that was thawed for an order."""

    order = serializers.CharField(source="order.number")
    unit = serializers.CharField(source="unit.number")

    class Meta:
        model = Thaw
        fields = ("order", "unit", "thawed_at", "thawed_by", "storage_state", "expires_at", "happened", "overridden")


class DoseBody(serializers.Serializer):
    """The count per mL, the strengths the caps need, the readings the master record asks for by their keys."""

    counted = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    endotoxin = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    dmso = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    answers = serializers.DictField(
        child=serializers.CharField(max_length=500, allow_blank=True), required=False, default=dict
    )


class DoseSigned(DoseBody):
    """A dose, signed."""

    signature = SigningInput()


class DoseOutput(serializers.ModelSerializer):
    """The dose as a volume, with its computation line by line."""

    order = serializers.CharField(source="order.number")
    unit = serializers.CharField(source="order.amount_unit")
    volume = serializers.CharField()
    amount = serializers.CharField()
    remainder = serializers.CharField()
    workings = WorkingOutput(many=True)

    class Meta:
        model = Dose
        fields = (
            *("order", "n", "volume", "amount", "unit", "remainder", "workings", "answers", "expires_at"),
            *("prepared_at", "prepared_by", "confirmed_at", "confirmed_by"),
        )


class ThawUnit(OrderAct):
    """Thaw a unit that is kept for the order: its clock starts."""

    open_to = Access(write=frozenset(MOVES[OrderVerb.THAW].roles))
    input_class, output_class = ThawBody, ThawOutput
    created = True

    def perform(self, target: TreatmentOrder, said: dict[str, Any]) -> Thaw:
        told = {"scanned": said["unit"], "chain": said["chain"], "thawed_at": said["thawed_at"]}
        return services.thaw_unit(order=target, happened=happened_from(said["happened"]), **told, **self.who)


class PrepareVolume(SignedVerb):
    """Work the dose out as a volume: a signature under the computation."""

    open_to = Access(write=frozenset(MOVES[OrderVerb.PREPARE].roles))
    input_class, signed_class, output_class = DoseBody, DoseSigned, DoseOutput
    created = True

    def target(self) -> TreatmentOrder:
        return one_order(self)

    def record(self, target: TreatmentOrder) -> Record:
        return target.record

    def content(self, target: TreatmentOrder, data: Mapping[str, Any]) -> SignedContent:
        said = _said(data)
        return dose_content(target, said, prepare_dose(target, said))

    def perform(self, target: TreatmentOrder, data: Mapping[str, Any], signing: Signing) -> Dose:
        return services.prepare_volume(order=target, said=_said(data), signing=signing, **self.who)


class ConfirmVolume(SignedVerb):
    """Check the volume: a second person's signature."""

    open_to = Access(write=frozenset(MOVES[OrderVerb.CONFIRM].roles))
    input_class, signed_class, output_class = Nothing, Signed, DoseOutput

    def target(self) -> TreatmentOrder:
        return one_order(self)

    def record(self, target: TreatmentOrder) -> Record:
        return target.record

    def content(self, target: TreatmentOrder, data: Mapping[str, Any]) -> SignedContent:
        dose = standing_dose(target)
        return confirm_content(target, dose, prepare_dose_again(target, dose))

    def perform(self, target: TreatmentOrder, data: Mapping[str, Any], signing: Signing) -> Dose:
        return services.confirm_volume(order=target, signing=signing, **self.who)


def _said(data: Mapping[str, Any]) -> DoseInput:
    return DoseInput(**{name: data[name] for name in ("counted", "endotoxin", "dmso", "answers")})
