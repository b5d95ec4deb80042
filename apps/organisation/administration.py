"""The administration pages: every table to look at, none to change. For site administrators and inspectors only.

Nothing is written here: an administration page would walk past the one audited door. Rows of other sites, sessions,
secrets and personal data are not shown.
"""

from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.models import Session
from django.db.models import Model, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from apps.core.roles import Role
from apps.organisation.selectors import all_roles_of, visible_to

READERS = {Role.SITE_ADMIN, Role.INSPECTOR}
NEVER_SHOWN: tuple[type[Model], ...] = (Session,)  # who reads a session's key can take the session over
NEVER_SHOWN_FIELDS = {"password", "salt", "encoded"}


class ReadOnlyAdmin(ModelAdmin):
    """One table, to look at."""

    actions = None
    show_full_result_count = False
    list_per_page = 50

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Rows chosen by a column that is not shown would tell what stands in it."""
        return lookup.partition(LOOKUP_SEP)[0] not in hidden_fields(self.model) and super().lookup_allowed(
            lookup, value, request
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = self.model._base_manager.all()
        path = site_path(self.model)
        return rows.filter(**{f"{path}__in": {*visible_to(request.user, timezone.now()), ""}}) if path else rows

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return shown_fields(self.model)

    def get_list_display(self, request: HttpRequest) -> list[str]:
        plain = [name for name in shown_fields(self.model) if not self.model._meta.get_field(name).is_relation]
        return ["__str__", *plain[:5]]


class ReadOnlySite(AdminSite):
    """All registered tables behind one door that opens for two roles."""

    enable_nav_sidebar = False
    site_header = site_title = gettext_lazy("Every table, to look at")
    index_title = gettext_lazy("Nothing can be changed here")

    def has_permission(self, request: HttpRequest) -> bool:
        asked: Any = request
        if not hasattr(asked, "reads_administration"):  # asked for once by every table of the index
            roles = all_roles_of(request.user, timezone.now()) if request.user.is_authenticated else set()
            asked.reads_administration = bool(READERS & roles)
        return bool(asked.reads_administration)

    def register_everything(self) -> None:
        """Every table that is installed, found by introspection."""
        for model in apps.get_models():
            if model not in NEVER_SHOWN and not self.is_registered(model):
                self.register(model, ReadOnlyAdmin)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one way in, and it counts failures: the sign-in page."""
        return redirect_to_login(request.GET.get("next", "/admin/"), reverse("organisation:sign_in"))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("organisation:me"))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("organisation:secret"))

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("organisation:me"))


def site_path(model: type[Model]) -> str:
    """The way from a table to the code of a site: by its record, its entry's record, or itself."""
    names = {field.name for field in model._meta.get_fields()}
    if model._meta.label == "audit.Record":
        return "site"
    if "record" in names:
        return "record__site"
    return "entry__record__site" if "entry" in names else ""


def shown_fields(model: type[Model]) -> list[str]:
    """The columns that may be looked at: no secrets, nothing personal."""
    hidden = hidden_fields(model)
    return [field.name for field in model._meta.concrete_fields if field.name not in hidden]


def hidden_fields(model: type[Model]) -> set[str]:
    """The columns that hold secrets and what is personal."""
    return NEVER_SHOWN_FIELDS | set(getattr(model, "personal", ()))
