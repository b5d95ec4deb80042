"""One shape for every signed verb of the API: POST `<verb>/challenges/` shows what is signed, POST `<verb>/` signs it.

class CloseEvent(SignedVerb):
    '''Close an event with a reason.'''
    open_to = Access(write={Role.QA})
    input_class, signed_class, output_class = CloseInput, CloseSigned, EventOutput

    def target(self): return visible_event(self.request.user, self.kwargs["number"], self.now)
    def record(self, target): return target.record                   # If-Match is checked against it
    def content(self, target, data): return close_event_content(event=target, **data)
    def perform(self, target, data, signing): return close_event(event=target, signing=signing, **self.who, **data)

*signed_paths("events/<str:number>/closure/", CloseEvent, "event_closure")
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import cached_property
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from apps.audit.models import Record
from apps.audit.selectors import version_of
from apps.core.http import actor_of, check_version, etag_of
from apps.signatures.api.signing import ChallengeOutput, challenge_response, signing_of
from apps.signatures.facts import SignedContent, Signing

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The version of the record seen: its ETag."
)


class SignedVerb(GenericAPIView):
    """A verb that somebody signs. Subclasses say on what, what is shown, and which service does it."""

    shows = False
    input_class: type[BaseSerializer]
    signed_class: type[BaseSerializer]
    output_class: type[BaseSerializer]
    created = False

    def target(self) -> Any:
        """The thing the verb is done to, within what the person may see."""
        raise NotImplementedError

    def record(self, target: Any) -> Record | None:
        """The record whose version must be the one that was seen; None where the content alone is compared."""
        return None

    def content(self, target: Any, data: Mapping[str, Any]) -> SignedContent:
        """What the signer is shown."""
        raise NotImplementedError

    def perform(self, target: Any, data: Mapping[str, Any], signing: Signing) -> Any:
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

    def get_serializer_class(self) -> type[BaseSerializer]:
        return self.input_class if self.shows else self.signed_class

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        target = self.target()  # first: who may not see it learns nothing about the form either
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        if self.shows:
            return challenge_response(self.content(target, data), request)
        return self._signed(request, target, data)

    def _signed(self, request: Request, target: Any, data: dict[str, Any]) -> Response:
        record = self.record(target)
        if record is not None:
            check_version(request, record.address, version_of(record))
        done = self.perform(target, data, signing_of(data.pop("signature")))
        code = status.HTTP_201_CREATED if self.created else status.HTTP_200_OK
        return tagged(Response(self.output_class(done).data, status=code), record)


def tagged(response: Response, record: Record | None) -> Response:
    """The reply with the version of the record as it is now."""
    if record is not None:
        response["ETag"] = f'"{etag_of(record.address, version_of(record))}"'
    return response


def signed_paths(route: str, view: type[SignedVerb], name: str) -> list[URLPattern]:
    """The two addresses of a signed verb."""
    success = 201 if view.created else 200
    signing = extend_schema(
        operation_id=name, request=view.signed_class, responses={success: view.output_class}, parameters=[IF_MATCH]
    )
    showing = extend_schema(
        operation_id=f"{name}_challenge", request=view.input_class, responses={201: ChallengeOutput}
    )
    signs = type(view.__name__, (view,), {"__doc__": view.__doc__})
    shows = type(f"{view.__name__}Challenge", (view,), {"shows": True, "__doc__": f"What is signed: {view.__doc__}"})
    extend_schema_view(post=signing)(signs)
    extend_schema_view(post=showing)(shows)
    return [
        path(route, signs.as_view(), name=name),
        path(f"{route}challenges/", shows.as_view(), name=f"{name}_challenge"),
    ]
