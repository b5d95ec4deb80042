"""Sentences of the pure layers: marked for translation here, translated at the edge; and numbers within them."""

from decimal import Decimal


def N_(sentence: str) -> str:
    """Mark a sentence for extraction; it stays English until an edge translates it."""
    return sentence


def trimmed(number: Decimal) -> str:
    """A number that a column keeps as people write it: 8.4, not 8.400; without an exponent."""
    return f"{number.normalize():f}"
