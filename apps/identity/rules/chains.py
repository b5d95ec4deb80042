"""Rules of the chain of identity: who needs one, when it is issued, and that every scan shows the same. Pure."""

from datetime import datetime

from apps.core.errors import Objection
from apps.core.text import N_
from apps.identity.facts import ChainFacts
from apps.identity.rules.contents import read_chain
from apps.products.facts import ChainOfIdentity

SERIAL = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"  # no O and no I, which are misread when they are typed
MISMATCH = "chain_mismatch"


def needs_no_chain(kind: ChainOfIdentity, product: str) -> Objection | None:
    """Only what is made from one person for one patient has a chain of identity."""
    if kind is not ChainOfIdentity.NONE:
        return None
    return Objection("no_chain_needed", N_("{product} is for any patient; it has no chain of identity."), _of(product))


def has_no_donor(recipient: str, donor: str | None) -> Objection | None:
    """A chain ties a donor to a patient: both are known before it is issued."""
    if donor:
        return None
    template = N_("Nobody is named who gives for {recipient}.")
    return Objection("no_donor", template, {"recipient": recipient}, place="recipient")


def has_no_facility(facility: str, site: str) -> Objection | None:
    """The number is given in the name of a registered facility; ours is set up by the site, never invented."""
    if facility:
        return None
    template = N_("Site {site} has no facility number: it comes from the registry and is set up once.")
    return Objection("no_facility", template, {"site": site})


def against_collection(chain: ChainFacts, donor: str, collected_at: datetime) -> tuple[Objection, ...]:
    """A chain is issued before the collection, for this donor and no other."""
    facts = {"chain": chain.number, "donor": donor}
    found = []
    if chain.donor != donor:
        template = N_("{chain} is not the chain of identity of donor {donor}.")
        found.append(Objection("chain_of_another_donor", template, facts, place="chain"))
    if chain.issued_at > collected_at:
        template = N_("{chain} was issued after this collection; a chain of identity comes first.")
        found.append(Objection("chain_issued_late", template, facts, place="chain"))
    return tuple(found)


def against_making(kind: ChainOfIdentity, product: str, din: str, chain: ChainFacts | None) -> Objection | None:
    """What is for one patient is made from a donation of their chain; and nothing else is made from such a donation."""
    facts = {"product": product, "din": din}
    if chain is None and kind is not ChainOfIdentity.NONE:
        template = N_("Donation {din} was collected without a chain of identity; {product} is made for one patient.")
        return Objection("chain_missing", template, facts, place="donation")
    if chain is not None and (kind is ChainOfIdentity.NONE or chain.product != product):
        template = N_("Donation {din} belongs to one patient by {chain}; {product} is not made from it.")
        return Objection("chain_of_another_product", template, {**facts, "chain": chain.number}, place="donation")
    return None


def is_not_scanned(expected: str, scanned: str) -> Objection | None:
    """At every hand-off the chain is scanned from the thing in hand."""
    if not expected or scanned.strip():
        return None
    template = N_("Scan the chain of identity on the label.")
    return Objection("chain_not_scanned", template, place="chain")


def is_another(expected: str, scanned: str) -> Objection | None:
    """The scanned chain is the expected one, to the last character; where none belongs, none may be on the label."""
    if not scanned.strip():
        return None
    read = read_chain(scanned)
    number = scanned.strip()[:40] if isinstance(read, Objection) else read.number
    if number == expected:
        return None
    template = N_("Stop. {scanned} was scanned; the chain of identity here is {expected}.")
    return Objection(MISMATCH, template, {"scanned": number, "expected": expected or "–"}, place="chain")


def is_for_another_patient(unit: str, chain: ChainFacts | None, recipient: str) -> Objection | None:
    """What was made for one patient goes to nobody else; there is no way to give it to another."""
    if chain is None or chain.recipient == recipient:
        return None
    template = N_("Stop. {scanned} is not made for {expected}.")
    facts = {"scanned": f"{unit} ({chain.number})", "expected": recipient}
    return Objection(MISMATCH, template, facts, place="units")


def _of(product: str) -> dict[str, str]:
    return {"product": product}
