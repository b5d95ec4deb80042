"""What is typed on the pages of master records, and how what a master record asks for is answered on a page."""

from collections.abc import Mapping

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from apps.core.ui.wording import bilingual
from apps.products.definition import Bilingual, ChoiceParameter, NumberParameter, Recordable
from apps.products.definition.parameters import Option
from apps.products.facts import ParameterKind
from apps.products.loader import units
from apps.products.rules.limits import limit_text
from apps.products.selectors import parts_within

LARGEST_FILE = 2_000_000
YES_NO: Mapping[str, Promise] = {"yes": _("Yes"), "no": _("No")}
NOTHING = ("", "–")


class ReasonForm(forms.Form):
    """Why a version is returned or retired."""

    reason = forms.CharField(label=_("Why"), min_length=3, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class ImportForm(forms.Form):
    """A master record in one YAML file."""

    file = forms.FileField(label=_("Master record (YAML)"))

    def clean_file(self) -> str:
        """The text of the file."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is too large for a master record."))
        try:
            return str(file.read().decode("utf-8"))
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is no UTF-8 text.")) from None


def answers_of(parameter: Recordable) -> list[tuple[str, str]]:
    """The answers of which one is chosen, key and word: the options, or yes and no; none where it is typed."""
    if isinstance(parameter, ChoiceParameter):
        return [(option.key, bilingual(option.label)) for option in parameter.options]
    return yes_no() if parameter.kind is ParameterKind.YES_NO else []


def yes_no() -> list[tuple[str, str]]:
    """Yes and no in the reader's language."""
    return [(key, str(word)) for key, word in YES_NO.items()]


def answer_field(parameter: Recordable, *, required: bool, longest: int, help_text: str = "") -> forms.Field:
    """The field in which a parameter is answered; what may stand in it is judged by the service."""
    label, answers = bilingual(parameter.label), answers_of(parameter)
    if answers:
        return forms.ChoiceField(label=label, required=required, choices=[NOTHING, *answers])
    if parameter.kind is ParameterKind.DATE:
        return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}))
    return forms.CharField(label=label, required=required, max_length=longest, help_text=help_text)


def reading_field(parameter: Recordable) -> forms.Field:
    """A reading with its unit and limit; it may stay empty, and the service says what is missing."""
    limit = f"{gettext('Limit')} {limit_text(parameter.limit)}" if parameter.limit else ""
    found = answer_field(parameter, required=False, longest=200, help_text=limit)
    if isinstance(parameter, NumberParameter):
        found.label = f"{found.label} ({unit_of(parameter)})"
    return found


def answer_words(parameter: Recordable, text: str) -> str:
    """An answer as it is read: the word of a choice, yes or no, a number with its unit."""
    return dict(answers_of(parameter)).get(text) or f"{text} {unit_of(parameter)}".strip()


def words_read(*parts: object) -> dict[str, str]:
    """The words of a master record, or of parts of it, as the reader of what is signed reads them: labels, choices,
    units."""
    language = get_language() or "en"
    words = {text: str(word) for text, word in YES_NO.items()}
    for entry in units():
        words |= dict.fromkeys((entry.code, entry.display), units().display(entry.code, language))
    for one in parts_within(parts):
        if isinstance(one, Option):
            words[one.key] = bilingual(one.label)
        elif isinstance(one, Bilingual):
            words |= dict.fromkeys((one.en, f"{one.en} / {one.zh}", f"{one.en} {one.zh}"), bilingual(one))
    return words


def unit_of(parameter: Recordable) -> str:
    """The unit of a number as people read it; nothing else has one."""
    return unit_words(str(getattr(parameter, "unit", "")))


def unit_words(code: str) -> str:
    """A unit as people read it; a bare number has none."""
    return "" if code in ("", "1") else units().display(code, get_language() or "en")
