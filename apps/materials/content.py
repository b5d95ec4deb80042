"""What QA signs about a lot."""

from apps.materials.facts import LotVerb
from apps.materials.lifecycle import MOVES
from apps.materials.models import MaterialLot
from apps.signatures.facts import Line, SignedContent


def lot_content(lot: MaterialLot, verb: LotVerb, reason: str = "") -> SignedContent:
    """The decision about a lot, with what the label and the certificate say."""
    lines = [
        Line("Lot", lot.number),
        Line("Material", lot.material),
        Line("Supplier", lot.supplier, lot.supplier_lot),
        Line("Certificate", lot.certificate),
        Line("Expiry", lot.expires_text),
        Line("State", lot.state),
    ]
    if reason:
        lines.append(Line("Reason", reason))
    return SignedContent(f"lot_{verb.lower()}", lot.record.address, MOVES[verb].meaning, tuple(lines))
