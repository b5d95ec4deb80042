"""One shape for every unsigned act of the API: read what was sent, one service call, tell what came of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import cached_property
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from apps.audit.models import Record
from apps.core.http import actor_of
from apps.signatures.api.verbs import tagged


class Act(APIView):
    """An act without a signature. Subclasses say on what it is done, and which service does it."""

    input_class: type[BaseSerializer]
    output_class: type[BaseSerializer]
    many = False
    created = True
    example: Mapping[str, Any] | None = None

    def target(self) -> Any:
        """The thing the act is done to, within what the person may see."""
        raise NotImplementedError

    def record(self, target: Any) -> Record:
        """The record whose new version the reply carries."""
        record: Record = target.record
        return record

    def perform(self, target: Any, said: dict[str, Any]) -> Any:
        """The one service call."""
        raise NotImplementedError

    @cached_property
    def now(self) -> datetime:
        """The clock, read once for the request."""
        return timezone.now()

    @property
    def who(self) -> dict[str, Any]:
        """Actor and time, as every service takes them."""
        return {"actor": actor_of(self.request), "at": self.now}

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        form = self.input_class(data=request.data)
        form.is_valid(raise_exception=True)
        self.said: dict[str, Any] = dict(form.validated_data)
        target = self.target()
        done = self.perform(target, self.said)
        body = self.output_class(done, many=self.many).data
        code = status.HTTP_201_CREATED if self.created else status.HTTP_200_OK
        return tagged(Response(body, status=code), self.record(target))


def act_path(route: str, view: type[Act], name: str) -> URLPattern:
    """The address of an act, with its description."""
    success = 201 if view.created else 200
    example = [OpenApiExample(name, dict(view.example), request_only=True)] if view.example else []
    described = extend_schema(
        operation_id=name,
        request=view.input_class,
        responses={success: view.output_class(many=view.many)},
        examples=example,
    )
    named = extend_schema_view(post=described)(type(view.__name__, (view,), {"__doc__": view.__doc__}))
    return path(route, named.as_view(), name=name)
