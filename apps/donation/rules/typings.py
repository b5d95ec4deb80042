"""HLA of a donor against the recipient’s: the one-way match, in which cells that are given meet no resistance."""

import re
from collections.abc import Mapping

from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.definition.donation import ScreeningTest

LOCUS = re.compile(r"(?:HLA-)?([A-Z][A-Z0-9]{0,4})\*(\d{2,4}(?::\d{2,4})?)/(\d{2,4}(?::\d{2,4})?)")
Typing = Mapping[str, tuple[str, str]]  # the two alleles of each locus


def against_one_way(test: ScreeningTest, texts: Mapping[str, str]) -> Objection | None:
    """Where the master record compares two typings: both are read, of the same loci, and are no one-way match."""
    if test.one_way is None:
        return None
    donor, recipient = (read_typing(texts.get(key, "")) for key in (test.one_way.donor, test.one_way.recipient))
    facts = {"test": test.label.en, "test_zh": test.label.zh}
    if donor is None or recipient is None or set(donor) != set(recipient):
        template = N_("{test}: two typings of the same loci are needed, written A*02/24 B*07/40.")
        return Objection("typing_unreadable", template, facts)
    if not is_one_way_match(donor, recipient):
        return None
    template = N_("{test}: one-way match. The donor carries twice what the recipient carries once.")
    return Objection("one_way_match", template, facts)


def read_typing(text: str) -> Typing | None:
    """The alleles of each locus, "A*02/24 B*07/40"; None where a part can't be read or a locus stands twice."""
    matches = [LOCUS.fullmatch(part) for part in re.split(r"[\s,;]+", text.strip())]
    found = {match[1]: (match[2], match[3]) for match in matches if match}
    return found if found and len(found) == len(matches) else None


def is_one_way_match(donor: Typing, recipient: Typing) -> bool:
    """The donor is homozygous for a haplotype that the recipient carries beside another one.

    Then the recipient does not reject the cells, and the cells attack the recipient.
    """
    own = {locus: pair[0] for locus, pair in donor.items() if _is(*pair)}
    if len(own) < len(donor):
        return False
    carried = all(any(_is(allele, own[locus]) for allele in pair) for locus, pair in recipient.items())
    return carried and any(not _is(*pair) for pair in recipient.values())


def _is(one: str, other: str) -> bool:
    """The same allele, as far as both were typed: 02 stands for 02:01."""
    return one == other or one.startswith(f"{other}:") or other.startswith(f"{one}:")
