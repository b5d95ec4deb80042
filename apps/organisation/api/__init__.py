"""The session and one's own account, for programs that people use."""

from typing import Any

from django.contrib.auth import login, logout, update_session_auth_hash
from django.db.models import QuerySet
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.http import actor_of, network_address_of, stranger_of
from apps.core.parsers import StrictJSON
from apps.core.preferences import THEMES
from apps.core.roles import Role
from apps.organisation.access import ANYONE, NO_ROLE, Access, DeclaredRoles
from apps.organisation.middleware import begin_period, lock
from apps.organisation.models import Site, Training, User
from apps.organisation.selectors import AccountPage, account_page, visible_sites
from apps.organisation.services import (
    accept_declaration,
    acknowledge_training,
    change_secret,
    choose_display,
    close_session,
    open_session,
    resume_session,
    set_idle_limit,
)
from apps.organisation.trainings import trainings_here

AT_THE_LOCK = Access(without_role=True, while_locked=True)


class SiteOutput(serializers.ModelSerializer):
    """A site, and after how many idle minutes a session locks there."""

    class Meta:
        model = Site
        fields = ("code", "name_en", "name_zh", "address_en", "address_zh", "timezone", "licence", "idle_minutes")


class TrainingOutput(serializers.ModelSerializer):
    """What somebody was trained on, until when, and whether they said so."""

    username = serializers.CharField(source="user.username")

    class Meta:
        model = Training
        fields = ("id", "username", "subject", "reference", "valid_from", "valid_until", "acknowledged_at")


class IdleLimitInput(serializers.Serializer):
    minutes = serializers.IntegerField(min_value=1, max_value=30)


class SignInInput(serializers.Serializer):
    username = serializers.CharField(max_length=80)
    secret = serializers.CharField(max_length=256, trim_whitespace=False, style={"input_type": "password"})


class SecretInput(serializers.Serializer):
    secret = serializers.CharField(max_length=256, trim_whitespace=False, style={"input_type": "password"})


class NewSecretInput(serializers.Serializer):
    old_secret = serializers.CharField(max_length=256, trim_whitespace=False)
    new_secret = serializers.CharField(max_length=256, trim_whitespace=False)


class DisplayInput(serializers.Serializer):
    language = serializers.ChoiceField(choices=["en", "zh-hans"])
    theme = serializers.ChoiceField(choices=list(THEMES))


class GrantOutput(serializers.Serializer):
    """A role held at a site."""

    site = serializers.CharField(source="site.code")
    role = serializers.CharField()
    title_en = serializers.CharField()
    title_zh = serializers.CharField()


class SessionOutput(serializers.Serializer):
    """Who is signed in, what they may do where, and the token that every writing request sends as X-CSRFToken."""

    csrf = serializers.CharField()
    username = serializers.CharField()
    printed_name = serializers.CharField()
    language = serializers.CharField()
    theme = serializers.CharField()
    locked = serializers.BooleanField()
    must_change_secret = serializers.BooleanField()
    may_sign = serializers.BooleanField()
    roles = GrantOutput(many=True)


class SessionView(APIView):
    """/api/v1/session/: sign in, look, sign out. JSON only, so that no form of another site can sign anybody in."""

    parser_classes = [StrictJSON]
    open_to = AT_THE_LOCK

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self.request.method == "POST" else [DeclaredRoles()]

    @extend_schema(
        operation_id="session_open",
        request=SignInInput,
        responses=SessionOutput,
        examples=[OpenApiExample("Sign in", {"username": "operator", "secret": "..."}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        form = SignInInput(data=request.data)
        form.is_valid(raise_exception=True)
        user = open_session(
            identification=form.validated_data["username"],
            secret=form.validated_data["secret"],
            at=timezone.now(),
            stranger=stranger_of(request),
            address=network_address_of(request),
        )
        login(request._request, user)
        begin_period(request._request)
        return _session_reply(request, user)

    @extend_schema(operation_id="session_show", responses=SessionOutput)
    def get(self, request: Request) -> Response:
        return _session_reply(request, request.user)

    @extend_schema(operation_id="session_close", responses={204: None})
    def delete(self, request: Request) -> Response:
        close_session(user=request.user, at=timezone.now(), actor=actor_of(request))
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LockView(APIView):
    """/api/v1/session/lock/: lock now; the series of signatures ends."""

    open_to = AT_THE_LOCK

    @extend_schema(operation_id="session_lock", request=None, responses=SessionOutput)
    def post(self, request: Request) -> Response:
        lock(request._request)
        return _session_reply(request, request.user)


class UnlockView(APIView):
    """/api/v1/session/unlock/: the same person goes on, with the secret."""

    open_to = AT_THE_LOCK

    @extend_schema(operation_id="session_unlock", request=SecretInput, responses=SessionOutput)
    def post(self, request: Request) -> Response:
        form = SecretInput(data=request.data)
        form.is_valid(raise_exception=True)
        resume_session(
            user=request.user,
            secret=form.validated_data["secret"],
            at=timezone.now(),
            actor=actor_of(request),
            address=network_address_of(request),
        )
        begin_period(request._request)
        return _session_reply(request, request.user)


class AccountSecretView(APIView):
    """/api/v1/account/secret/: choose a secret of one's own; every other session of the account ends."""

    open_to = ANYONE

    @extend_schema(operation_id="account_change_secret", request=NewSecretInput, responses=SessionOutput)
    def post(self, request: Request) -> Response:
        form = NewSecretInput(data=request.data)
        form.is_valid(raise_exception=True)
        user = change_secret(
            user=request.user,
            old=form.validated_data["old_secret"],
            new=form.validated_data["new_secret"],
            at=timezone.now(),
            actor=actor_of(request),
        )
        update_session_auth_hash(request._request, user)
        return _session_reply(request, user)


class AccountDeclarationView(APIView):
    """/api/v1/account/declaration/: accept that one's electronic signature binds."""

    open_to = ANYONE

    @extend_schema(operation_id="account_accept_declaration", request=None, responses=SessionOutput)
    def post(self, request: Request) -> Response:
        user = accept_declaration(user=request.user, at=timezone.now(), actor=actor_of(request))
        return _session_reply(request, user)


class AccountDisplayView(APIView):
    """/api/v1/account/display/: language and theme of one's own screens."""

    open_to = ANYONE

    @extend_schema(operation_id="account_choose_display", request=DisplayInput, responses=SessionOutput)
    def post(self, request: Request) -> Response:
        form = DisplayInput(data=request.data)
        form.is_valid(raise_exception=True)
        user = choose_display(user=request.user, at=timezone.now(), actor=actor_of(request), **form.validated_data)
        return _session_reply(request, user)


class MyTrainings(ListAPIView):
    """What one was trained on."""

    open_to = ANYONE
    serializer_class = TrainingOutput
    queryset = Training.objects.none()

    def get_queryset(self) -> QuerySet[Training]:
        return Training.objects.filter(user=self.request.user.pk).select_related("user")


class Acknowledgement(APIView):
    """Say that one was trained."""

    open_to = ANYONE

    @extend_schema(operation_id="account_acknowledge_training", request=None, responses=TrainingOutput)
    def post(self, request: Request, pk: int) -> Response:
        found = get_object_or_404(Training, pk=pk, user=request.user)
        done = acknowledge_training(training=found, at=timezone.now(), actor=actor_of(request))
        return Response(TrainingOutput(done).data)


class TrainingsView(ListAPIView):
    """Who of one's sites was trained on what; `?subject=product/...`."""

    open_to = Access(read=frozenset({Role.SITE_ADMIN, Role.QA, Role.INSPECTOR}), write=NO_ROLE)
    serializer_class = TrainingOutput
    filterset_fields = ("subject",)
    queryset = Training.objects.none()

    def get_queryset(self) -> QuerySet[Training]:
        return trainings_here(self.request.user, timezone.now())


class SitesView(ListAPIView):
    """The sites where one works."""

    open_to = Access(write=NO_ROLE)
    serializer_class = SiteOutput
    queryset = Site.objects.none()

    def get_queryset(self) -> QuerySet[Site]:
        return visible_sites(self.request.user, timezone.now())


class IdleLimitView(APIView):
    """/api/v1/sites/<site>/idle-limit/: after how many idle minutes a session locks at this site."""

    open_to = Access(read=NO_ROLE, write=frozenset({Role.SITE_ADMIN}))

    @extend_schema(operation_id="sites_set_idle_limit", request=IdleLimitInput, responses=SiteOutput)
    def post(self, request: Request, site: str) -> Response:
        now = timezone.now()
        found = get_object_or_404(visible_sites(request.user, now), code=site)
        form = IdleLimitInput(data=request.data)
        form.is_valid(raise_exception=True)
        done = set_idle_limit(site=found, at=now, actor=actor_of(request), **form.validated_data)
        return Response(SiteOutput(done).data)


def _session_reply(request: Request, user: User) -> Response:
    page: AccountPage = account_page(user, timezone.now())
    shown: dict[str, Any] = {
        "csrf": get_token(request._request),
        "username": user.username,
        "printed_name": user.printed_name,
        "language": user.language,
        "theme": user.theme,
        "locked": bool(request._request.session.get("locked")),
        "must_change_secret": user.must_change_secret,
        "may_sign": page.may_sign,
        "roles": page.grants,
    }
    return Response(SessionOutput(shown).data)
