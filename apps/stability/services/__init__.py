"""What is done in stability studies, and to the expiry that they support. The only writers."""

from apps.stability.services.extending import (
    authorise_extension,
    endorse_extension,
    propose_extension,
    withdraw_extension,
)
from apps.stability.services.pulling import pull_unit, report_missed_pulls
from apps.stability.services.relabelling import (
    confirm_relabelling,
    leave_out_the_others,
    relabel_unit,
    row_scanned,
)
from apps.stability.services.studying import begin_study, close_study

__all__ = [
    "authorise_extension",
    "begin_study",
    "close_study",
    "confirm_relabelling",
    "endorse_extension",
    "leave_out_the_others",
    "propose_extension",
    "pull_unit",
    "relabel_unit",
    "report_missed_pulls",
    "row_scanned",
    "withdraw_extension",
]
