"""The API's common edge: every refusal is application/problem+json, and no bad input is a 500."""

from collections.abc import Mapping
from copy import copy
from functools import cache
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.fields import empty
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import exception_handler

from apps.core.errors import Refused
from apps.core.http import PROBLEM, problem_body, problem_members

Shape = TypeVar("Shape", bound=Serializer[Any])


def shaped(serializer: type[Shape], said: object = None, *, data: object = empty) -> Shape:
    """A serializer with its fields made once: whoever calls the class copies every field of it, and of those within."""
    one = copy(_with_fields(serializer))
    one.instance = said
    if data is not empty:
        one.initial_data = data
    return one


@cache
def _with_fields(serializer: type[Shape]) -> Shape:
    made = serializer()
    made.fields  # noqa: B018  made on first use, and kept with the instance
    return made


def problem_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """RFC 9457: type, title, status, detail, code, and every objection with its place."""
    if isinstance(error, Refused):
        return Response(problem_body(error), status=error.status, content_type=PROBLEM)
    if isinstance(error, ValidationError):
        error = exceptions.ValidationError(detail=error.messages)
    if isinstance(error, ObjectDoesNotExist):
        error = Http404()
    if isinstance(error, exceptions.NotAuthenticated):
        error.status_code, error.auth_header = 401, "Session"  # the framework says 403 for sessions: not ours
    response = exception_handler(error, dict(context))
    if response is None:
        return None
    code = getattr(error, "default_code", "not_found" if response.status_code == 404 else "error")
    reply = _problem(response.status_code, str(code), _flatten(response.data))
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in response.headers:
            reply[name] = response.headers[name]
    return reply


def _flatten(data: Any, place: str = "") -> list[dict[str, Any]]:
    """DRF's nested errors as a list that names each place."""
    if isinstance(data, Mapping):
        return [item for name, value in data.items() for item in _flatten(value, _join(place, str(name)))]
    if isinstance(data, list):
        nested = [
            _flatten(value, place if not isinstance(value, Mapping) else f"{place}[{i}]")
            for i, value in enumerate(data)
        ]
        return [item for items in nested for item in items]
    code = str(getattr(data, "code", "invalid"))
    return [
        {
            "code": code,
            "detail": str(data),
            "place": "" if place in ("detail", "non_field_errors") else place,
            "facts": {},
        }
    ]


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _problem(status: int, code: str, objections: list[dict[str, Any]]) -> Response:
    return Response(problem_members(status, code, objections), status=status, content_type=PROBLEM)
