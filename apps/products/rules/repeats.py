"""When a repeated step or stage is done."""

from apps.products.definition.preparation import Repeat
from apps.products.facts import Entered, Verdict


def is_enough(repeat: Repeat, entered: Entered | None) -> bool:
    """Whether the recorded value of the criterion says that no further occurrence is needed."""
    if entered is None or not entered.done:
        return False
    if repeat.is_ == "pass":
        return entered.verdict is Verdict.PASS
    return entered.text == repeat.is_
