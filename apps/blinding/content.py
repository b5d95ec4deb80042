"""What is shown and signed about a code. Nothing here tells an arm: what is signed is kept, and read by many."""

from collections.abc import Iterable

from django.utils.crypto import salted_hmac

from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.blinding.facts import ListLine
from apps.blinding.models import KitAllocation
from apps.core.text import N_
from apps.identity.models import Recipient
from apps.organisation.models import User
from apps.signatures.facts import Line, SignedContent
from apps.units.rules import kit_of

NAMED = N_("I name this person a holder of the code of this lot. They treat and judge no patient of the trial.")
ENDED = N_("I end that this person holds the code of this lot.")
SEALED = N_("I brought in the list of this lot as I received it, and compared each bag with its line.")
COMPARED = N_("I compared the list and each bag with its line, as the second person.")
READ = N_("I read the code of this lot. I tell it to nobody who must stay blind.")
BROKEN = N_("I open the code of this patient, for the treatment depends on it. I tell nobody who need not know.")
OPENED = N_("The trial has ended and its data are locked. I open the code of this lot.")
OPENED_TOO = N_("I agree as the second person that the code of this lot is opened.")


def name_content(batch: Batch, person: User) -> SignedContent:
    """Naming a holder."""
    return _of_lot(
        "code_holder_named", NAMED, batch, [Line(N_("Holder"), f"{person.printed_name} ({person.username})")]
    )


def end_content(batch: Batch, person: User, reason: str) -> SignedContent:
    """Taking it back."""
    lines = [Line(N_("Holder"), f"{person.printed_name} ({person.username})"), Line(N_("Reason"), reason)]
    return _of_lot("code_holder_ended", ENDED, batch, lines)


def seal_content(batch: Batch, lines: Iterable[ListLine]) -> SignedContent:
    """The list as the first holder signs it."""
    return _sealing("code_sealed", SEALED, batch, lines)


def compare_content(batch: Batch, lines: Iterable[ListLine]) -> SignedContent:
    """The same, as the second holder signs it."""
    return _sealing("code_compared", COMPARED, batch, lines)


def read_content(batch: Batch) -> SignedContent:
    """Reading the list."""
    return _of_lot("code_read", READ, batch, [])


def break_content(recipient: Recipient, reason: str) -> SignedContent:
    """Opening the code of one patient."""
    kits = KitAllocation.objects.filter(recipient=recipient).order_by("kit").values_list("kit", flat=True)
    lines = (Line(N_("Recipient"), recipient.number), Line(N_("Kit"), ", ".join(kits)), Line(N_("Reason"), reason))
    return SignedContent("code_broken", recipient.record.address, BROKEN, lines)


def open_content(batch: Batch, reason: str) -> SignedContent:
    """Opening the code of the lot, as the first person signs it."""
    return _of_lot("code_opened", OPENED, batch, [Line(N_("Reason"), reason)])


def agree_content(batch: Batch, reason: str) -> SignedContent:
    """The same, as the second person signs it."""
    return _of_lot("code_opened_second", OPENED_TOO, batch, [Line(N_("Reason"), reason)])


def _sealing(verb: str, meaning: str, batch: Batch, lines: Iterable[ListLine]) -> SignedContent:
    """The fingerprint is keyed: a plain hash of so short a list could be found by trying."""
    rows = sorted((line.bag, line.arm, line.unit) for line in lines)
    fingerprint = salted_hmac("blinding.list", repr(rows), algorithm="sha256").hexdigest()
    shown = [
        Line(N_("Kits"), str(len({kit_of(bag) for bag, _arm, _unit in rows}))),
        Line(N_("Bags"), str(len(rows))),
        Line(N_("Fingerprint of the list"), fingerprint),
    ]
    return _of_lot(verb, meaning, batch, shown)


def _of_lot(verb: str, meaning: str, batch: Batch, lines: list[Line]) -> SignedContent:
    trials = ", ".join(one.number for one in definition_of_batch(batch).authorisation.trials)
    head = (Line(N_("Lot of kits"), batch.number), Line(N_("Trial"), trials))
    return SignedContent(verb, batch.record.address, meaning, (*head, *lines))
