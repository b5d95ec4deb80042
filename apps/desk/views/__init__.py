"""Pages: my work, giving a task to a colleague, search."""

from apps.desk.views.giving import hand_over
from apps.desk.views.searching import search
from apps.desk.views.work import my_work

__all__ = ["hand_over", "my_work", "search"]
