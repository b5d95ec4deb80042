"""Sentences of the pure layers: marked for translation here, translated at the edge."""


def N_(sentence: str) -> str:
    """Mark a sentence for extraction; it stays English until an edge translates it."""
    return sentence
