"""What is shown and signed about a treatment: the order, the dose."""

from apps.dosing.content.doses import confirm_content, dose_content
from apps.dosing.content.ordered import check_content, order_content
from apps.dosing.content.sheet import dose_sheet

__all__ = ["check_content", "confirm_content", "dose_content", "dose_sheet", "order_content"]
