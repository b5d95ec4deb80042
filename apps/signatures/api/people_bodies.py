"""What is sent and answered about the accounts of a site."""

from rest_framework import serializers

from apps.core.choices import choices_of
from apps.core.fields import Instant, OneOf
from apps.core.roles import Role
from apps.organisation.models import RoleHeld, Site
from apps.signatures.api.signing import SigningInput


class RoleOutput(serializers.ModelSerializer):
    """A role held at a site, who granted it and who approved it."""

    site = serializers.CharField(source="site.code")

    class Meta:
        model = RoleHeld
        fields = (
            *("id", "site", "role", "title_en", "title_zh", "training_reference"),
            *("granted_by", "approved_by", "held_from", "held_until"),
        )


class TrainingOutput(serializers.Serializer):
    subject = serializers.CharField()
    reference = serializers.CharField()
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)


class PersonOutput(serializers.Serializer):
    """One account."""

    username = serializers.CharField(source="user.username")
    printed_name = serializers.CharField(source="user.printed_name")
    printed_name_zh = serializers.CharField(source="user.printed_name_zh")
    is_active = serializers.BooleanField(source="user.is_active")
    is_locked = serializers.BooleanField()
    may_sign = serializers.BooleanField()
    must_change_secret = serializers.BooleanField(source="user.must_change_secret")
    identity_checked_at = serializers.DateTimeField(source="user.identity_checked_at", allow_null=True)
    declaration_accepted_at = serializers.DateTimeField(source="user.declaration_accepted_at", allow_null=True)
    last_session = serializers.DateTimeField(allow_null=True)
    roles = RoleOutput(source="grants", many=True)
    trainings = TrainingOutput(many=True)


class AccountInput(serializers.Serializer):
    """A new account. The secret is for the first sign-in only: its owner must change it."""

    username = serializers.CharField(max_length=40)
    printed_name = serializers.CharField(max_length=120)
    printed_name_zh = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    email = serializers.EmailField(required=False, default="", allow_blank=True)
    secret = serializers.CharField(max_length=256, trim_whitespace=False)


class AccessReasonInput(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class BadgeInput(serializers.Serializer):
    badge = serializers.CharField(max_length=80)


class TrainingInput(serializers.Serializer):
    subject = serializers.CharField(max_length=120)
    reference = serializers.CharField(max_length=80)
    valid_until = Instant(required=False, default=None, allow_null=True)


class NothingInput(serializers.Serializer):
    """Nothing is to be said beyond the signature."""


class NothingSigned(NothingInput):
    signature = SigningInput()


class GrantInput(serializers.Serializer):
    site = OneOf(slug_field="code", queryset=Site.objects.all())
    role = serializers.ChoiceField(choices=choices_of(Role))
    training_reference = serializers.CharField(max_length=80)
    title_en = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    title_zh = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)

    def validate_role(self, value: str) -> Role:
        return Role(value)


class GrantSigned(GrantInput):
    signature = SigningInput()


class NewSecretSigned(serializers.Serializer):
    secret = serializers.CharField(max_length=256, trim_whitespace=False)
    signature = SigningInput()


class UnlockSigned(serializers.Serializer):
    """Both persons sign: the administrator, and a second one in place."""

    signature = SigningInput()
    countersignature = SigningInput()
