"""Rounding: half up, once, on the reportable value. 0.25 becomes 0.3; −0.25 becomes −0.3."""

from decimal import ROUND_HALF_UP, Context, Decimal

WIDE = Context(prec=60)
STORED_DECIMALS = 9


def round_half_up(value: Decimal, decimals: int) -> Decimal:
    """The value with that many decimals; a half goes away from zero."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=WIDE)


def plain(value: Decimal) -> str:
    """The value without an exponent: 1E+2 is written 100."""
    return f"{value:f}"
