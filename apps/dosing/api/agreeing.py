"""The physician agrees to units that are not certified, for programs."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.batches.selectors.batches import visible_batches
from apps.core.errors import BadInput
from apps.core.rules import unknown
from apps.dosing import services
from apps.dosing.api.orders import one_order
from apps.dosing.models import TreatmentOrder
from apps.organisation.access import Access
from apps.signatures.api import SigningInput
from apps.signatures.api.verbs import SignedVerb
from apps.signatures.facts import SignedContent, Signing
from apps.supply.api import SupplyOutput
from apps.supply.content import agree_content
from apps.supply.facts import Agreed, Route
from apps.supply.lifecycle import AGREEING
from apps.supply.models import NamedSupply


class AgreeInput(serializers.Serializer):
    """A batch and the way; how the patient was informed. `need` and `risk` are said on the exceptional way."""

    batch = serializers.CharField(max_length=60)
    route = serializers.ChoiceField(choices=[one.value for one in Route])
    informed = serializers.CharField(max_length=1000)
    need = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
    risk = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class AgreeSigned(AgreeInput):
    """The agreement, signed."""

    signature = SigningInput()


class AgreeToSupply(SignedVerb):
    """Agree to a conditional release, or ask for an exceptional supply, for the patient of one order."""

    open_to = Access(write=frozenset(AGREEING))
    input_class, signed_class, output_class = AgreeInput, AgreeSigned, SupplyOutput
    created = True

    def target(self) -> TreatmentOrder:
        return one_order(self)

    def record(self, target: TreatmentOrder) -> Record:
        return target.record

    def content(self, target: TreatmentOrder, data: Mapping[str, Any]) -> SignedContent:
        return agree_content(self._batch(data), target.record, target.recipient, _said(data))

    def perform(self, target: TreatmentOrder, data: Mapping[str, Any], signing: Signing) -> NamedSupply:
        told = {"order": target, "batch": self._batch(data), "said": _said(data)}
        return services.agree_to_supply(signing=signing, **told, **self.who)

    def _batch(self, data: Mapping[str, Any]) -> Batch:
        batch = visible_batches(self.request.user, self.now).filter(number=data["batch"]).first()
        if batch is None:
            raise BadInput(unknown(data["batch"], "batch"))
        return batch


def _said(data: Mapping[str, Any]) -> Agreed:
    return Agreed(Route(data["route"]), data["informed"], data["need"], data["risk"])
