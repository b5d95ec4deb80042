"""One field of a form as the page draws it: which control, which class, what belongs beside it."""

from dataclasses import dataclass

from django.forms import BoundField, CheckboxInput, ClearableFileInput, Select, Textarea
from django.forms.widgets import RadioSelect
from django.utils.safestring import SafeString

from apps.core.ui.status import Word, word_of


@dataclass(frozen=True)
class FieldView:
    """What parts/field.html needs of one bound field."""

    bound: BoundField
    control: SafeString
    kind: str
    described_by: str
    verdict: Word | None
    extra: dict[str, object]


def kind_of(bound: BoundField) -> str:
    """choices (radio or several boxes), tick (one box), file, text (area), select or line."""
    widget = bound.field.widget
    for kinds, name in (
        ((RadioSelect,), "choices"),
        ((CheckboxInput,), "tick"),
        ((ClearableFileInput,), "file"),
        ((Textarea,), "text"),
        ((Select,), "select"),
    ):
        if isinstance(widget, kinds):
            return name
    return "line"


def field_view(bound: BoundField, verdict: object = None, **extra: object) -> FieldView:
    """The bound field with its control drawn: identifiers of hint and error attached for assistive technology."""
    kind = kind_of(bound)
    described = _described_by(bound, extra)
    attributes: dict[str, str | bool] = {"class": _control_class(kind)}
    if described:
        attributes["aria-describedby"] = described
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if extra.get("inputmode"):
        attributes["inputmode"] = str(extra["inputmode"])
    if extra.get("number"):
        attributes |= {"inputmode": "decimal", "autocomplete": "off", "spellcheck": "false", "data-number": ""}
    if extra.get("disabled"):
        attributes["disabled"] = True
    return FieldView(
        bound, bound.as_widget(attrs=attributes), kind, described, word_of(verdict) if verdict else None, extra
    )


def _control_class(kind: str) -> str:
    return {"choices": "", "tick": "form-check-input", "select": "form-select"}.get(kind, "form-control")


def _described_by(bound: BoundField, extra: dict[str, object]) -> str:
    parts = [
        (extra.get("limit") or extra.get("alert"), "limit"),
        (extra.get("before"), "before"),
        (bound.help_text, "help"),
        (extra.get("sentence"), "verdict"),
        (bound.errors, "error"),
    ]
    return " ".join(f"{bound.auto_id}_{name}" for present, name in parts if present)
