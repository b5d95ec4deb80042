"""What is done about the destruction of units. The only writers."""

from apps.disposal.services.balancing import check_balances
from apps.disposal.services.deciding import approve_disposal, refuse_disposal
from apps.disposal.services.destroying import attach_proof, destroy_units
from apps.disposal.services.requesting import request_disposal
from apps.disposal.services.witnessing import witness_destruction

__all__ = [
    "approve_disposal",
    "attach_proof",
    "check_balances",
    "destroy_units",
    "refuse_disposal",
    "request_disposal",
    "witness_destruction",
]
