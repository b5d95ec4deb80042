"""What is said about rooms and instruments."""

from collections.abc import Collection, Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext, gettext_lazy

from apps.core.ui.acts import OneOf, instant_field, scanned
from apps.core.ui.wording import bilingual
from apps.facility.facts import Grade, KnownEquipment, SampleKind
from apps.facility.models import MonitoringPoint, Room
from apps.facility.selectors import points_of
from apps.organisation.models import Site

NUMBER = r"^[A-Za-z0-9_-]{1,60}$"
REASON = forms.Textarea(attrs={"rows": 3})
SAMPLE_WORDS = {
    SampleKind.PARTICLES: gettext_lazy("Particles ≥ 0.5 µm"),
    SampleKind.AIR: gettext_lazy("Microbes in the air"),
    SampleKind.SETTLE: gettext_lazy("Settle plate"),
    SampleKind.CONTACT: gettext_lazy("Contact plate"),
    SampleKind.GLOVE: gettext_lazy("Glove print"),
}


def room_words(room: Room) -> str:
    """A room by its code and name."""
    return f"{room.code} · {bilingual({'en': room.label_en, 'zh': room.label_zh})}"


def _grade(room: Room) -> str:
    return gettext("unclassified") if room.grade == Grade.UNCLASSIFIED else str(room.grade)


class SiteForm(forms.Form):
    """A form about one of the sites where the person keeps rooms and instruments."""

    site = OneOf(label=gettext_lazy("Site"), queryset=Site.objects.none(), to_field_name="code", empty_label=None)

    def __init__(self, *args: Any, sites: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Site.objects.filter(code__in=sites).order_by("code")
        cast(OneOf, self.fields["site"]).queryset = found


class InstallForm(SiteForm):
    """An instrument that comes into use."""

    number = forms.RegexField(
        NUMBER, label=gettext_lazy("Number"), help_text=gettext_lazy("As it stands on the label that is scanned.")
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    label = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    room = OneOf(label=gettext_lazy("Room"), queryset=Room.objects.none(), required=False)
    serial_number = forms.CharField(label=gettext_lazy("Serial number"), required=False, max_length=80)
    calibration_certificate = forms.CharField(
        label=gettext_lazy("Calibration certificate"), required=False, max_length=120
    )
    calibration_due = instant_field(gettext_lazy("Calibration due"), required=False)
    qualified_until = instant_field(gettext_lazy("Qualified until"), required=False)

    field_order = ["site", "number", "kind", "label"]

    def __init__(self, *args: Any, known: Mapping[str, KnownEquipment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [("", "–"), *((one.key, bilingual(one.label)) for one in known.values())]
        cast(forms.ChoiceField, self.fields["kind"]).choices = kinds
        rooms = Room.objects.filter(site__code__in=kwargs["sites"]).order_by("code")
        cast(OneOf, self.fields["room"]).queryset = rooms
        self.order_fields(self.field_order)


class CalibrationForm(forms.Form):
    """A calibration."""

    certificate = forms.CharField(label=gettext_lazy("Certificate"), max_length=120)
    due = instant_field(gettext_lazy("Next calibration due"))


class QualificationForm(forms.Form):
    """A qualification."""

    report = forms.CharField(label=gettext_lazy("Qualification report"), max_length=120)
    until = instant_field(gettext_lazy("Qualified until"))


class ExtensionForm(forms.Form):
    """Until when a calibration still holds, and why."""

    until = instant_field(gettext_lazy("Extended until"))
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=REASON)


class CleaningForm(forms.Form):
    """With what it was cleaned, and how long that holds."""

    agent = forms.CharField(label=gettext_lazy("Cleaned with"), max_length=200)
    until = instant_field(
        gettext_lazy("Clean until"), required=False, help_text=gettext_lazy("Empty where cleaning does not lapse.")
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=REASON)


class PointForm(forms.Form):
    """A point of the plan of a room."""

    code = forms.RegexField(r"^[A-Za-z0-9_-]{1,20}$", label=gettext_lazy("Point"))
    kind = forms.ChoiceField(label=gettext_lazy("Kind of sample"), choices=list(SAMPLE_WORDS.items()))
    grade = forms.ChoiceField(label=gettext_lazy("Grade"), choices=[(one, one) for one in ("A", "B", "C", "D")])
    label = forms.CharField(label=gettext_lazy("Where"), max_length=120, required=False)

    def clean_kind(self) -> SampleKind:
        """The kind as the service takes it."""
        return SampleKind(self.cleaned_data["kind"])

    def clean_grade(self) -> Grade:
        """The grade as the service takes it."""
        return Grade(self.cleaned_data["grade"])


class PlateForm(forms.Form):
    """A sample that was taken."""

    point = OneOf(
        label=gettext_lazy("Point"),
        queryset=MonitoringPoint.objects.none(),
        to_field_name="code",
        empty_label=None,
        words=lambda point: f"{point.code} · {SAMPLE_WORDS[SampleKind(point.kind)]} · {point.grade} {point.label}",
    )
    number = forms.RegexField(
        r"^[A-Za-z0-9_-]{1,40}$", label=gettext_lazy("Number on its label"), widget=scanned("plate")
    )
    taken_at = instant_field(gettext_lazy("Taken at"))

    def __init__(self, *args: Any, room: Room, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(OneOf, self.fields["point"]).queryset = points_of(room)


class CountForm(forms.Form):
    """What was counted on a sample."""

    count = forms.CharField(
        label=gettext_lazy("Counted"), max_length=7, help_text=gettext_lazy("0 where nothing grew or was seen.")
    )
    organism = forms.CharField(label=gettext_lazy("Organism"), max_length=120, required=False)
    read_at = instant_field(gettext_lazy("Read at"))
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=REASON)

    def __init__(self, *args: Any, is_correction: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_correction:
            del self.fields["reason"]


class RoomForm(SiteForm):
    """A room of a grade."""

    code = forms.RegexField(r"^[A-Za-z0-9_-]{1,40}$", label=gettext_lazy("Room number"))
    grade = forms.ChoiceField(
        label=gettext_lazy("Grade"),
        choices=[
            *((grade.value, grade.value) for grade in Grade if grade is not Grade.UNCLASSIFIED),
            (Grade.UNCLASSIFIED.value, gettext_lazy("unclassified")),
        ],
    )
    label_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=120)
    label_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=120)

    def clean_grade(self) -> Grade:
        """The grade as the service takes it."""
        return Grade(self.cleaned_data["grade"])


class ClearForm(forms.Form):
    """Which room is cleared."""

    room = OneOf(
        label=gettext_lazy("Room"),
        queryset=Room.objects.none(),
        to_field_name="code",
        empty_label=None,
        words=lambda room: f"{room_words(room)} · {_grade(room)}",
    )

    def __init__(self, *args: Any, site: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(OneOf, self.fields["room"])
        field.queryset = Room.objects.filter(site__code=site).select_related("record", "site").order_by("code")
