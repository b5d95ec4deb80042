"""What is done about the destruction of units. The only writers."""

from apps.disposal.services.balancing import check_balances
from apps.disposal.services.carrying import acknowledge_waste, give_waste, issue_waste_code, take_waste
from apps.disposal.services.deciding import approve_disposal, refuse_disposal
from apps.disposal.services.destroying import attach_proof, destroy_units
from apps.disposal.services.requesting import request_disposal
from apps.disposal.services.witnessing import witness_destruction

__all__ = [
    "acknowledge_waste",
    "approve_disposal",
    "attach_proof",
    "check_balances",
    "destroy_units",
    "give_waste",
    "issue_waste_code",
    "refuse_disposal",
    "request_disposal",
    "take_waste",
    "witness_destruction",
]
