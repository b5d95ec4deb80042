"""Sites, the people who work there, the roles they hold and what they were trained on."""

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from apps.audit.models import Audited
from apps.core.choices import choices_of
from apps.core.roles import Role
from apps.organisation.facts import ROLE_NAMES, Words
from apps.organisation.rules import username_key


class Site(Audited):
    """A place under one authorisation and one quality unit. Its code is never reused."""

    code = models.CharField(max_length=20, unique=True)
    name_en = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    address_en = models.CharField(max_length=240)
    address_zh = models.CharField(max_length=240)
    timezone = models.CharField(max_length=60)
    licence = models.CharField(max_length=120, blank=True)
    idle_minutes = models.PositiveSmallIntegerField(default=15)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(idle_minutes__range=(1, 30)), name="idle_limit_at_most_30_minutes"
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> Words:
        """The site's name in both languages."""
        return Words(self.name_en, self.name_zh)


class UserManager(BaseUserManager["User"]):
    """Finds people by user name, whatever its case or width."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username_key=username_key(username or ""))


class User(AbstractBaseUser, Audited):
    """One person's account. User names are never reused, whatever their case; it is deactivated, never deleted."""

    username = models.CharField(max_length=80, unique=True)
    username_key = models.CharField(max_length=80, unique=True)
    printed_name = models.CharField(max_length=120)
    printed_name_zh = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=10, default="en")
    theme = models.CharField(max_length=10, default="auto")
    saved_views = models.JSONField(default=list, blank=True)  # lists as this person filters them: name and address
    is_active = models.BooleanField(default=True)
    must_change_secret = models.BooleanField(default=False)
    secret_changed_at = models.DateTimeField(null=True, blank=True)
    secret_reset_at = models.DateTimeField(null=True, blank=True)
    secret_reset_by = models.CharField(max_length=80, blank=True)
    identity_checked_at = models.DateTimeField(null=True, blank=True)
    identity_checked_by = models.CharField(max_length=80, blank=True)
    declaration_version = models.CharField(max_length=20, blank=True)
    declaration_accepted_at = models.DateTimeField(null=True, blank=True)
    badge = models.CharField(max_length=80, unique=True, null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    salt = models.CharField(max_length=64)
    last_login = None

    personal = ("password",)
    grants: "list[RoleHeld] | None" = None  # set on the person of a request: as they were when it began
    objects = UserManager()
    USERNAME_FIELD = "username"

    def __str__(self) -> str:
        return self.username

    def check_password(self, raw_password: str) -> bool:
        """Compare only. Rehashing on the way would be a write past the audited door."""
        return check_password(raw_password, self.password)

    @property
    def is_staff(self) -> bool:
        """Whether the read-only administration pages open."""
        return self.is_active


class RoleHeld(Audited):
    """A role that a person holds at a site, for a time, with the training that justified it and who approved it."""

    user = models.ForeignKey(User, models.PROTECT, related_name="roles")
    site = models.ForeignKey(Site, models.PROTECT, related_name="roles")
    role = models.CharField(max_length=20, choices=choices_of(Role))
    title_en = models.CharField(max_length=80, blank=True)
    title_zh = models.CharField(max_length=80, blank=True)
    training_reference = models.CharField(max_length=80)
    granted_by = models.CharField(max_length=80)
    approved_by = models.CharField(max_length=80)
    held_from = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "roles held"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "site", "role"],
                condition=models.Q(held_until=None),
                name="one_open_grant_per_role_and_site",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.site}"

    @property
    def title(self) -> Words:
        """What the holder is called here: the title of the grant, else the name of the role."""
        named = ROLE_NAMES[Role(self.role)]
        return Words(self.title_en or named.en, self.title_zh or named.zh)


class Training(Audited):
    """A person's proof of training on one subject (a master version, gowning, a media fill), valid for a time.

    Who was trained says so themselves by acknowledging it.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="trainings")
    subject = models.CharField(max_length=120, db_index=True)
    reference = models.CharField(max_length=80)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    recorded_by = models.CharField(max_length=80, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["valid_until"], name="trainings_about_to_lapse")]

    def __str__(self) -> str:
        return f"{self.user} {self.subject}"


class FailedAttempt(models.Model):
    """One wrong secret at sign-in or at a signing. A working table; the trail keeps the fact."""

    username_key = models.CharField(max_length=80)
    purpose = models.CharField(max_length=20)
    address = models.GenericIPAddressField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["username_key", "at"], name="attempts_of_a_name")]

    def __str__(self) -> str:
        return f"{self.username_key} {self.at}"
