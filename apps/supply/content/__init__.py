"""What people sign when units go to a named patient without certification, and what the certificate of it says."""

from apps.supply.content.certificate import certificate_of
from apps.supply.content.donors import donor_lines
from apps.supply.content.signed import agree_content, decide_content, release_to_named_content

__all__ = ["agree_content", "certificate_of", "decide_content", "donor_lines", "release_to_named_content"]
