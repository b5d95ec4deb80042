"""Lists as one filters them, kept under a name, for programs."""

from typing import cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.http import actor_of
from apps.organisation.access import ANYONE
from apps.organisation.models import User
from apps.organisation.services import forget_view, keep_view


class ViewNameInput(serializers.Serializer):
    """Which saved view."""

    name = serializers.CharField(max_length=60)


class SavedViewBody(ViewNameInput):
    """A list as one filters it, under a name."""

    path = serializers.CharField(max_length=400)


class AccountViewsView(APIView):
    """/api/v1/account/views/: the lists as one filters them, by name; POST keeps one."""

    open_to = ANYONE

    @extend_schema(operation_id="account_views", responses=SavedViewBody(many=True))
    def get(self, request: Request) -> Response:
        return Response(SavedViewBody(cast(User, request.user).saved_views, many=True).data)

    @extend_schema(operation_id="account_keep_view", request=SavedViewBody, responses=SavedViewBody(many=True))
    def post(self, request: Request) -> Response:
        form = SavedViewBody(data=request.data)
        form.is_valid(raise_exception=True)
        user = keep_view(user=request.user, at=timezone.now(), actor=actor_of(request), **form.validated_data)
        return Response(SavedViewBody(user.saved_views, many=True).data)


class AccountViewForgetView(APIView):
    """/api/v1/account/views/forget/: a saved view is not needed any more."""

    open_to = ANYONE

    @extend_schema(operation_id="account_forget_view", request=ViewNameInput, responses=SavedViewBody(many=True))
    def post(self, request: Request) -> Response:
        form = ViewNameInput(data=request.data)
        form.is_valid(raise_exception=True)
        user = forget_view(user=request.user, at=timezone.now(), actor=actor_of(request), **form.validated_data)
        return Response(SavedViewBody(user.saved_views, many=True).data)
