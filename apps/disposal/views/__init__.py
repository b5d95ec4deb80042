"""Pages of disposal: showing, acting, and the waste on its way to the carrier."""

from apps.disposal.views.acting import approve, attach, destroy, refuse, request_page, witness
from apps.disposal.views.carrying import acknowledge, code, give, take
from apps.disposal.views.looking import disposal, disposal_list, file

__all__ = [
    "acknowledge",
    "approve",
    "attach",
    "code",
    "destroy",
    "disposal",
    "disposal_list",
    "file",
    "give",
    "refuse",
    "request_page",
    "take",
    "witness",
]
