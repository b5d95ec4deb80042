"""Numbers and units inside a line of working: 3.4×10⁷ cells, 68 kg. The same in both languages."""

from decimal import Decimal

from apps.documents.rules import scientific


def said(value: Decimal, unit: str = "") -> str:
    """A value with its unit, as pages and papers print it."""
    return f"{scientific(value)} {unit.replace('{', '').replace('}', '')}".strip()
