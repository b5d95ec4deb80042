"""A task goes to a colleague, or back."""

from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core.errors import Happened
from apps.core.http import who
from apps.core.ui.acts import Act, act_page
from apps.core.ui.wording import translated
from apps.desk import services
from apps.desk.forms import HandOverForm
from apps.desk.selectors import colleagues_of, desk_of


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest) -> HttpResponse:
    """GET, POST /hand-over/?task=...: a task of one's own goes to a colleague of whom it is asked too, or back."""
    now, key, back_url = timezone.now(), request.GET.get("task", ""), reverse("desk:my_work")
    task = desk_of(request.user, now, ZoneInfo("UTC")).task(key)
    if task is None:
        return render(request, "desk/not_asked.html", {"back_url": back_url})
    goes_back = "back" in request.POST
    given = HandOverForm(request.POST or None, colleagues=colleagues_of(request.user, now))
    act = Act(
        title=_("Hand over: %(what)s") % {"what": f"{translated(task.ask)}, {task.record}"},
        word=_("Hand over"),
        back_url=back_url,
        icon="person",
        intro=_("It stays asked of everybody who may do it. Who has it in hand is shown, and kept in the trail."),
    )

    def perform(_happened: Happened | None) -> None:
        if goes_back:
            services.take_task_back(person=request.user, key=key, **who(request))
        else:
            services.hand_over_task(person=request.user, key=key, **given.cleaned_data, **who(request))

    return act_page(request, act, forms.Form(request.POST) if goes_back else given, perform)
