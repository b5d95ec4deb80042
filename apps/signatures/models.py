"""Electronic signatures, and the challenges they answer."""

import uuid

from django.db import models

from apps.audit.models import Audited
from apps.core.roles import Role
from apps.organisation.facts import ROLE_NAMES, Words


class Signature(Audited):
    """One person's signature on shown content of a record: printed name, title, meaning, time, hash of what was shown.

    Never changed. When the content is corrected later, the signature stays, shown as not covering the present version.
    """

    username = models.CharField(max_length=80)
    printed_name = models.CharField(max_length=120)
    printed_name_zh = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=20)
    title_en = models.CharField(max_length=80, blank=True)
    title_zh = models.CharField(max_length=80, blank=True)
    verb = models.CharField(max_length=60)
    meaning = models.CharField(max_length=300)
    about = models.CharField(max_length=240, db_index=True)
    signed_at = models.DateTimeField()
    content = models.TextField()
    content_hash = models.CharField(max_length=64)
    components = models.CharField(max_length=20)

    append_only = True

    class Meta:
        indexes = [models.Index(fields=["record", "verb"], name="signatures_of_a_record")]

    def __str__(self) -> str:
        return f"{self.printed_name}: {self.verb}"

    @property
    def title(self) -> Words:
        """What the signer was called: the title of the grant, else the name of the role. No document is without."""
        named = ROLE_NAMES[Role(self.role)]
        return Words(self.title_en or named.en, self.title_zh or named.zh)


class Challenge(models.Model):
    """Content shown for signing: answered once, within five minutes. A working table."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    session = models.CharField(max_length=80)
    username = models.CharField(max_length=80)
    content = models.TextField()
    content_hash = models.CharField(max_length=64)
    shown_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.id)


class Series(models.Model):
    """One continuous period in which a person signs on one session and device: the first signing took both components.

    A working table. Ended by lock, sign-out, the idle limit or another person's sign-in.
    """

    username = models.CharField(max_length=80)
    session = models.CharField(max_length=80)
    device = models.CharField(max_length=80, blank=True)
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "series"
        constraints = [models.UniqueConstraint(fields=["username", "session", "device"], name="one_series_per_session")]

    def __str__(self) -> str:
        return f"{self.username} since {self.started_at}"
