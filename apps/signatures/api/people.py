"""The accounts of a site, for its administrators: open, confirm, train, grant, withdraw, reset, unlock, close."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.http import actor_of
from apps.core.roles import Role
from apps.organisation.access import Access
from apps.organisation.models import RoleHeld, User
from apps.organisation.selectors import AccountPage, account_page, visible_people
from apps.organisation.services import (
    confirm_identity,
    deactivate_user,
    give_badge,
    open_account,
    record_training,
    revoke_secret,
    withdraw_role,
)
from apps.signatures import content as contents
from apps.signatures.api.people_bodies import (
    AccessReasonInput,
    AccountInput,
    BadgeInput,
    GrantInput,
    GrantSigned,
    NewSecretSigned,
    NothingInput,
    NothingSigned,
    PersonOutput,
    RoleOutput,
    TrainingInput,
    UnlockSigned,
)
from apps.signatures.api.signing import challenge_response, signing_of
from apps.signatures.api.verbs import SignedVerb
from apps.signatures.facts import SignedContent, Signing
from apps.signatures.notices import tell_of_reset
from apps.signatures.services import grant_role, reactivate_account, reset_secret, unlock_account

ADMINISTRATION = Access(read=frozenset({Role.SITE_ADMIN, Role.QA, Role.INSPECTOR}), write=frozenset({Role.SITE_ADMIN}))
TRAINERS = Access(read=ADMINISTRATION.read, write=frozenset({Role.QA, Role.SITE_ADMIN}))


class PeopleView(GenericAPIView):
    """/api/v1/people/: the accounts of the sites one administrates or inspects."""

    open_to = ADMINISTRATION
    serializer_class = PersonOutput

    def get_queryset(self) -> QuerySet[User]:
        return visible_people(self.request.user, timezone.now())

    @extend_schema(operation_id="people_list", responses=PersonOutput(many=True))
    def get(self, request: Request) -> Response:
        now = timezone.now()
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([PersonOutput(account_page(user, now)).data for user in page])

    @extend_schema(operation_id="people_open", request=AccountInput, responses={201: PersonOutput})
    def post(self, request: Request) -> Response:
        form = AccountInput(data=request.data)
        form.is_valid(raise_exception=True)
        now = timezone.now()
        user = open_account(at=now, actor=actor_of(request), must_change_secret=True, **form.validated_data)
        return Response(PersonOutput(account_page(user, now)).data, status=status.HTTP_201_CREATED)


class PersonView(GenericAPIView):
    """/api/v1/people/<username>/: one account; verbs without a signature are POSTed to addresses below it."""

    open_to = ADMINISTRATION
    serializer_class = PersonOutput

    @extend_schema(operation_id="people_show", responses=PersonOutput)
    def get(self, request: Request, username: str) -> Response:
        return Response(PersonOutput(_page(request, username)).data)


class PersonVerb(GenericAPIView):
    """One administrator's act on one account; the input and the service are given in the URL configuration."""

    open_to = ADMINISTRATION
    verb = ""
    VERBS: Mapping[str, tuple[type[serializers.Serializer], Any]] = {
        "identity": (NothingInput, confirm_identity),
        "badge": (BadgeInput, give_badge),
        "deactivation": (AccessReasonInput, deactivate_user),
        "revocation": (AccessReasonInput, revoke_secret),
    }

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return self.VERBS[self.verb][0]

    @extend_schema(responses=PersonOutput)
    def post(self, request: Request, username: str) -> Response:
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = _page(request, username).user
        self.VERBS[self.verb][1](user=user, at=timezone.now(), actor=actor_of(request), **form.validated_data)
        return Response(PersonOutput(_page(request, username)).data)


class TrainingView(GenericAPIView):
    """/api/v1/people/<username>/trainings/: record a training."""

    open_to = TRAINERS
    serializer_class = TrainingInput

    @extend_schema(operation_id="people_train", request=TrainingInput, responses={201: PersonOutput})
    def post(self, request: Request, username: str) -> Response:
        form = TrainingInput(data=request.data)
        form.is_valid(raise_exception=True)
        said, user = form.validated_data, _page(request, username).user
        record_training(
            user=user,
            subject=said["subject"],
            reference=said["reference"],
            until=said["valid_until"],
            at=timezone.now(),
            actor=actor_of(request),
        )
        return Response(PersonOutput(_page(request, username)).data, status=status.HTTP_201_CREATED)


class WithdrawalView(GenericAPIView):
    """/api/v1/people/<username>/roles/<id>/withdrawal/: take a role away at once."""

    open_to = ADMINISTRATION
    serializer_class = AccessReasonInput

    @extend_schema(operation_id="people_withdraw_role", request=AccessReasonInput, responses=RoleOutput)
    def post(self, request: Request, username: str, pk: int) -> Response:
        form = AccessReasonInput(data=request.data)
        form.is_valid(raise_exception=True)
        held = get_object_or_404(RoleHeld, pk=pk, user=_page(request, username).user)
        held = withdraw_role(held=held, at=timezone.now(), actor=actor_of(request), **form.validated_data)
        return Response(RoleOutput(held).data)


class PersonSigned(SignedVerb):
    """A decision about an account that a second person signs on the administrator's screen."""

    open_to = ADMINISTRATION
    input_class: type[serializers.Serializer] = NothingInput
    signed_class: type[serializers.Serializer] = NothingSigned
    output_class = PersonOutput

    def target(self) -> User:
        return _page(self.request, self.kwargs["username"]).user

    def shown(self, user: User) -> AccountPage:
        """The account as it is afterwards."""
        return account_page(User.objects.get(pk=user.pk), self.now)


class GrantRole(PersonSigned):
    """Grant a role at a site; a second person approves."""

    input_class, signed_class, output_class, created = GrantInput, GrantSigned, RoleOutput, True

    def content(self, target: User, data: Mapping[str, Any]) -> SignedContent:
        return contents.grant_content(user=target, **data)

    def perform(self, target: User, data: Mapping[str, Any], signing: Signing) -> RoleHeld:
        return grant_role(user=target, signing=signing, **self.who, **data)


class ResetSecret(PersonSigned):
    """Replace a lost secret; a second person approves, the owner must change it."""

    signed_class = NewSecretSigned

    def content(self, target: User, data: Mapping[str, Any]) -> SignedContent:
        return contents.reset_content(user=target)

    def perform(self, target: User, data: Mapping[str, Any], signing: Signing) -> AccountPage:
        user = reset_secret(user=target, signing=signing, **self.who, **data)
        tell_of_reset(user)
        return self.shown(user)


class Reactivate(PersonSigned):
    """Open a closed account again; a second person approves."""

    def content(self, target: User, data: Mapping[str, Any]) -> SignedContent:
        return contents.reactivate_content(user=target)

    def perform(self, target: User, data: Mapping[str, Any], signing: Signing) -> AccountPage:
        return self.shown(reactivate_account(user=target, signing=signing, **self.who))


class Unlock(PersonSigned):
    """Open a locked account early; `signature` is the administrator's, `countersignature` the second person's."""

    signed_class = UnlockSigned

    def content(self, target: User, data: Mapping[str, Any]) -> SignedContent:
        return contents.unlock_content(user=target)

    def perform(self, target: User, data: Mapping[str, Any], signing: Signing) -> AccountPage:
        second = signing_of(data["countersignature"])
        return self.shown(unlock_account(user=target, signing=signing, countersigning=second, **self.who))


class UnlockApprovalChallenge(GenericAPIView):
    """/api/v1/people/<username>/unlock/approval-challenges/: what the second person signs."""

    open_to = ADMINISTRATION
    serializer_class = NothingInput

    @extend_schema(operation_id="people_unlock_approval_challenge", request=None)
    def post(self, request: Request, username: str) -> Response:
        return challenge_response(contents.unlock_approval_content(user=_page(request, username).user), request)


def _page(request: Request, username: str) -> AccountPage:
    now = timezone.now()
    user = get_object_or_404(visible_people(request.user, now), username=username)
    return account_page(user, now)
