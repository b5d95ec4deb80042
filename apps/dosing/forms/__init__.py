"""What is said about recipients, treatment orders, doses, infusions."""

from apps.dosing.forms.bedside import BedsideForm, EndForm, MomentForm, VitalsForm
from apps.dosing.forms.doses import PrepareForm, ThawForm
from apps.dosing.forms.following import OutcomeForm, ReactionForm, SafetyForm
from apps.dosing.forms.orders import OrderForm, RecipientForm, ReserveForm, WhyForm

__all__ = [
    "BedsideForm",
    "EndForm",
    "MomentForm",
    "OrderForm",
    "OutcomeForm",
    "PrepareForm",
    "ReactionForm",
    "RecipientForm",
    "ReserveForm",
    "SafetyForm",
    "ThawForm",
    "VitalsForm",
    "WhyForm",
]
