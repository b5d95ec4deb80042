"""By what right: a new version says for which countries, and names nothing twice."""

from collections.abc import Iterator

from apps.products.definition.product import Authorisation
from apps.products.rules.problems import Problem


def right_problems(right: Authorisation) -> Iterator[Problem]:
    """The batch certificate names its countries of destination (EU GMP Annex 16, Appendix II 3)."""
    if not right.destinations:
        yield Problem("authorisation.destinations", "the certificate of a batch names its countries; list at least one")
    codes = [destination.code for destination in right.destinations]
    for i in _repeated(codes):
        yield Problem(f"authorisation.destinations[{i}].code", f'"{codes[i]}" is already named')
    numbers = [trial.number for trial in right.trials]
    for i in _repeated(numbers):
        yield Problem(f"authorisation.trials[{i}].number", f'"{numbers[i]}" is already named')


def _repeated(names: list[str]) -> Iterator[int]:
    return (i for i, name in enumerate(names) if name in names[:i])
