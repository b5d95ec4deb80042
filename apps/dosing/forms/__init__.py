"""What is said about recipients, treatment orders, doses."""

from apps.dosing.forms.doses import PrepareForm, ThawForm
from apps.dosing.forms.orders import OrderForm, RecipientForm, ReserveForm, WhyForm

__all__ = ["OrderForm", "PrepareForm", "RecipientForm", "ReserveForm", "ThawForm", "WhyForm"]
