"""Pages of stability."""

from apps.stability.views.extensions import (
    authorise,
    complete,
    confirm,
    endorse,
    extension,
    propose,
    relabel,
    withdraw,
)
from apps.stability.views.studies import begin, close, pull, results, studies, study

__all__ = [
    "authorise",
    "begin",
    "close",
    "complete",
    "confirm",
    "endorse",
    "extension",
    "propose",
    "pull",
    "relabel",
    "results",
    "studies",
    "study",
    "withdraw",
]
