"""The tags and filters of the pages. Each draws one small thing in one way; docs/ui.md lists them."""

from datetime import date, datetime
from functools import cache, lru_cache

from django import template
from django.forms import BoundField
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from apps.core.text import trimmed
from apps.core.ui import kinds, navigation, numbers, times, wording
from apps.core.ui.clocks import clock_view
from apps.core.ui.fields import field_view
from apps.core.ui.status import gravest_first, word_of

register = template.Library()

register.filter("num", numbers.measured)
register.filter("num_text", numbers.measured_text)
register.filter("total", numbers.total)
register.filter("trimmed", trimmed)
register.filter("powers", numbers.in_powers)
register.filter("duration", times.duration)
register.filter("sentence", wording.sentence)
register.filter("kept_sentence", wording.kept_sentence)
register.filter("label", wording.bilingual)
register.filter("initials", wording.initials)
register.filter("kind", kinds.kind_word)
register.simple_tag(numbers.quantity, name="quantity")


@register.filter
def instant(at: datetime | None, form: str = "") -> SafeString:
    """{{ at|instant }}, {{ at|instant:"time" }}: an instant in the site's zone."""
    return times.instant(at, form)


@register.filter
def day(when: date | datetime | None) -> SafeString:
    """{{ when|day }}: 2026-11-05."""
    return times.day(when)


@register.filter
def address(value: object) -> SafeString:
    """An address in fixed width that may break after / and . only."""
    text = str(escape(str(value or "")))
    for mark in "/.":
        text = text.replace(mark, f"{mark}<wbr>")
    return mark_safe(f'<code class="addr">{text}</code>')  # noqa: S308  (escaped above)


@register.filter
def fingerprint(value: object, groups: int = 3) -> SafeString:
    """The head of a hash, in groups of four: 7c1e 4ab0 93d2 …"""
    text = str(value or "")
    head = " ".join(text[i : i + 4] for i in range(0, min(len(text), groups * 4), 4))
    return format_html('<code class="addr" title="{}">{}{}</code>', text, head, " …" if len(text) > groups * 4 else "")


@register.filter
def hue(value: object) -> str:
    """The band colour of a product as the style sheet knows it."""
    return str(getattr(value, "value", value) or "").lower()


@cache
def _sprite() -> str:
    """The address of the file with all symbols: a page has some fifty of them."""
    return static("core/icons.svg")


@register.simple_tag
def icon(name: str, label: object = "", size: str = "") -> SafeString:
    """One symbol of the sprite; with a label it is announced, without it stands beside its word."""
    return _icon(name, str(label), size)


@lru_cache(maxsize=1000)
def _icon(name: str, label: str, size: str) -> SafeString:
    css = f"icon icon-{size}" if size else "icon"
    heard = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" {} focusable="false"><use href="{}#{}"></use></svg>',
        css, heard, _sprite(), name,
    )  # fmt: skip


@register.simple_tag
def status(state: object, detail: object = "", word: object = "", size: str = "") -> SafeString:
    """The tag of one state: icon, word, colour. `detail` follows the word, `word` replaces it."""
    known = word_of(state)
    css = f"status status-{size}" if size else "status"
    edge = format_html(' data-edge="{}"', known.edge) if known.edge else ""
    words = "" if size == "icon" else format_html("{} {}" if detail else "{}", word or known.word, detail)
    heard = known.word if size == "icon" else ""
    return format_html(
        '<span class="{}" data-tone="{}"{}>{}{}</span>', css, known.tone, edge, icon(known.icon, heard), words
    )


@register.inclusion_tag("parts/statuses.html")
def statuses(*states: object) -> dict[str, object]:
    """Several states at once, gravest first; empty ones are left out."""
    return {"states": gravest_first([state for state in states if state])}


@register.simple_tag
def status_word(state: object) -> str:
    """Only the word of a state, for a sentence or a PDF's caption."""
    return str(word_of(state).word)


@register.simple_tag
def status_tone(state: object) -> str:
    """The tone of a state, for data-tone on a tile or note."""
    return word_of(state).tone if state else ""


@register.simple_tag(takes_context=True)
def age(context: Context, at: datetime | None) -> SafeString:
    """How long ago, by the clock of the page."""
    return times.age(at, context.get("now") or timezone.now())


@register.simple_tag
def zone() -> str:
    """The zone of the page: UTC+8."""
    return times.zone_text()


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField, verdict: object = None, **extra: object) -> dict[str, object]:
    """A form field: label above, unit and limit beside, verdict in the control, error and sentence beneath."""
    return {"view": field_view(bound, verdict, **extra), "verdict": verdict, **extra}


@register.inclusion_tag("parts/clock.html", takes_context=True)
def clock(
    context: Context, ends_at: datetime, started_at: datetime | None = None, label: object = "", note: object = "",
    size: str = "card",
) -> dict[str, object]:  # fmt: skip
    """A running clock: end event, limit, wall-clock end; counted from server time."""
    now = context.get("now") or timezone.now()
    return {"clock": clock_view(ends_at, started_at, now), "label": label, "note": note, "size": size}


@register.inclusion_tag("parts/bar.html")
def bar(good: int, odd: int, label: object) -> dict[str, object]:
    """A count as a bar and its numbers: as expected, and to look at."""
    width = 0 if not odd else min(40, max(12, round(100 * odd / max(good + odd, 1))))
    return {
        "good": good,
        "odd": odd,
        "label": label,
        "odd_width": width,
        "good_width": 100 - width - (2 if width else 0),
    }


@register.simple_tag
def risk(level: int) -> SafeString:
    """Low, mid or high as three boxes and its word."""
    word = {1: _("low"), 2: _("mid"), 3: _("high")}[max(1, min(3, int(level)))]
    boxes = format_html_join(
        "", '<rect x="{}" y="1" width="7" height="12" rx="2" fill="{}" stroke="currentColor" stroke-width="1.2"/>',
        [(1 + 9 * i, "currentColor" if i < level else "none") for i in range(3)],
    )  # fmt: skip
    return format_html('<span class="risk"><svg viewBox="0 0 27 14" aria-hidden="true">{}</svg>{}</span>', boxes, word)


@register.simple_tag
def band_tag(short: object, hue_name: object = "") -> SafeString:
    """The small chip of a product: its short word on its hue."""
    return format_html('<span class="band-tag" data-hue="{}">{}</span>', hue(hue_name), short)


@register.simple_tag
def keys(letters: str, label: object) -> SafeString:
    """A hint at the foot: which key does what now."""
    drawn = format_html_join("", "<kbd>{}</kbd>", [(letter,) for letter in letters.split()])
    return format_html('<span class="key">{} {}</span>', drawn, label)


@register.inclusion_tag("parts/sort_head.html", takes_context=True)
def sort_head(context: Context, name: str, label: object, css: str = "") -> dict[str, object]:
    """A column head whose link sorts by it and keeps the rest of the address."""
    request = context.get("request")
    query = request.GET.copy() if request else None
    now = query.get("sort", "") if query is not None else ""
    direction = {name: "ascending", f"-{name}": "descending"}.get(now, "")
    if query is not None:
        for gone in ("after", "before"):
            query.pop(gone, None)
        query["sort"] = f"-{name}" if direction == "ascending" else name
    return {"query": query.urlencode() if query is not None else "", "label": label, "direction": direction, "css": css}


@register.simple_tag(takes_context=True)
def sections(context: Context) -> list[navigation.Entry]:
    """The entries of the top bar that exist."""
    return navigation.entries(context.get("request"), str(context.get("section") or ""))


@register.simple_tag
def address_if(name: str, *args: object) -> str:
    """The address behind a URL name, empty when no app answers to it."""
    return navigation.address_of(name, *args)
