"""Pages of disposal: showing, and acting."""

from apps.disposal.views.acting import approve, attach, destroy, refuse, request_page, witness
from apps.disposal.views.looking import disposal, disposal_list, file

__all__ = ["approve", "attach", "destroy", "disposal", "disposal_list", "file", "refuse", "request_page", "witness"]
