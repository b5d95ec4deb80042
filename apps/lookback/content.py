"""What quality assurance signs when it looks back from a donor."""

from apps.core.text import N_
from apps.identity.models import Donor
from apps.lookback.facts import Finding
from apps.lookback.selectors import affected_by, donations_in
from apps.signatures.facts import Line, SignedContent


def look_back_content(donor: Donor, finding: Finding) -> SignedContent:
    """The finding, each donation, the batches made of them, what is in stock, what is out, the patients concerned."""
    found = affected_by(donations_in(donor, finding))
    since = finding.since.isoformat() if finding.since else N_("every donation")
    lines = (
        Line(N_("Donor"), donor.number),
        Line(N_("What was found"), finding.what, finding.laboratory),
        Line(N_("Collected since"), since),
        *(Line(N_("Donation"), donation.din) for donation in found.donations),
        *(Line(N_("Batch"), batch.number, batch.state) for batch in found.batches),
        *(Line(N_("Held in stock"), unit.number, unit.custody) for unit in found.stock),
        *(Line(N_("Out: to be recalled"), unit.number, unit.custody) for unit in found.out),
        *(Line(N_("Patient"), one.number) for one in found.patients),
    )
    meaning = N_("I hold everything made of these donations and have what is out recalled.")
    return SignedContent("look_back", donor.record.address, meaning, lines)
