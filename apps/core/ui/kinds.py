"""The kinds of records in words; the address keeps the key."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: dict[str, str | Promise] = {
    "adverse": _("Adverse event"),
    "batch": _("Batch"),
    "chain": _("Chain of identity"),
    "complaint": _("Complaint"),
    "deviation": _("Deviation"),
    "disposal": _("Destruction"),
    "document": _("Document"),
    "donation": _("Donation"),
    "donor": _("Donor"),
    "equipment": _("Instrument"),
    "event": _("Event"),
    "extension": _("Later expiry"),
    "lookback": _("Look-back"),
    "lot": _("Lot"),
    "order": _("Treatment order"),
    "plate": _("Sample of the environment"),
    "probe": _("Probe"),
    "product": _("Master record"),
    "recall": _("Recall"),
    "recipient": _("Recipient"),
    "room": _("Room"),
    "run": _("Run"),
    "sample": _("Sample"),
    "shipment": _("Shipment"),
    "site": _("Site"),
    "store": _("Store"),
    "study": _("Stability study"),
    "supply": _("Supply without certification"),
    "unit": _("Unit"),
    "user": _("Account"),
    "vessel": _("Vessel"),
}


def kind_word(kind: object) -> str:
    """The word of a kind of record; one without a word keeps its key."""
    return str(KINDS.get(str(kind), kind))
