"""Numbers as people read them: as entered, true minus, raised power, a space before the unit. Never rounded."""

import re
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
TIMES = "\N{MULTIPLICATION SIGN}"
SHAPE = re.compile(
    r"(?P<censor>[<>≤≥]=?)?\s*(?P<sign>[-+\N{MINUS SIGN}])?(?P<digits>\d+(?:\.\d+)?)"
    r"(?:(?:[eE]|\s*[x×*]\s*10\^?)(?P<power>[-+\N{MINUS SIGN}]?\d+))?"
)


def as_text(value: object) -> str:
    """The digits of a value: text and Decimal as they are, nothing as an empty text."""
    if value is None:
        return ""
    return str(value).strip()


def measured(value: object) -> SafeString:
    """A measured value for the page: −146, < 0.05, 6.40×10⁸ (read out as a power); other text stays as it is."""
    text = as_text(value)
    shape = SHAPE.fullmatch(text)
    if not shape:
        return format_html("{}", text)
    head = _head(shape)
    if not shape["power"]:
        return format_html('<span class="n">{}</span>', head)
    power = _signed(shape["power"].lstrip("+"))
    spoken = _("times 10 to the %(power)s") % {"power": power}
    return format_html(
        '<span class="n">{}<span aria-hidden="true">{}10<sup>{}</sup></span>'
        '<span class="visually-hidden"> {}</span></span>',
        head, TIMES, power, spoken,
    )  # fmt: skip


def measured_text(value: object) -> str:
    """The same without markup, for attributes and titles: 6.40×10⁸."""
    text = as_text(value)
    shape = SHAPE.fullmatch(text)
    if not shape:
        return text
    power = shape["power"]
    return _head(shape) + (f"{TIMES}10{_raised(_signed(power.lstrip('+')))}" if power else "")


def quantity(value: object, unit: str = "", size: str = "") -> SafeString:
    """A value and its unit, kept on one line: 91.5 %."""
    css = f"quantity quantity-{size}" if size else "quantity"
    if not unit:
        return format_html('<span class="{}">{}</span>', css, measured(value))
    return format_html('<span class="{}">{}{}<span class="unit">{}</span></span>', css, measured(value), NO_BREAK, unit)


def total(value: object) -> SafeString:
    """A count in prose: 1,204. For counts and totals only, never for a measured value."""
    if value is None or value == "":
        return SafeString("")
    return format_html('<span class="n">{}</span>', f"{int(str(value)):,}")


def in_powers(value: object, digits: int = 2) -> str:
    """A plain number as mantissa and power for display, without losing a digit that counts: 640000000 gives 6.40e8."""
    number = Decimal(as_text(value))
    if not number:
        return as_text(value)
    power = number.adjusted()
    mantissa = number.scaleb(-power).normalize()
    places = max(digits, -int(mantissa.as_tuple().exponent))
    return f"{mantissa:.{places}f}e{power}"


def _head(shape: re.Match[str]) -> str:
    censor = shape["censor"] or ""
    censor = {"<=": "≤", ">=": "≥"}.get(censor, censor)
    return (f"{censor}{NO_BREAK}" if censor else "") + _signed((shape["sign"] or "") + shape["digits"])


def _signed(text: str) -> str:
    return text.replace("-", MINUS)


def _raised(text: str) -> str:
    return text.translate(str.maketrans(f"0123456789{MINUS}", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
