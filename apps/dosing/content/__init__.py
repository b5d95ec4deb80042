"""What is shown and signed about a treatment: the order, the dose, the bedside; and the dose sheet."""

from apps.dosing.content.bedside import end_content, second_content, start_content
from apps.dosing.content.doses import confirm_content, dose_content
from apps.dosing.content.ordered import check_content, order_content
from apps.dosing.content.sheet import dose_sheet

__all__ = [
    "check_content",
    "confirm_content",
    "dose_content",
    "dose_sheet",
    "end_content",
    "order_content",
    "second_content",
    "start_content",
]
