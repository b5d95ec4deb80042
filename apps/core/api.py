"""The API's common edge: every refusal is application/problem+json, and no bad input is a 500."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from apps.core.errors import Refused
from apps.core.http import sentence

PROBLEM = "application/problem+json"


def problem_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """RFC 9457: type, title, status, detail, code, and every objection with its place."""
    if isinstance(error, Refused):
        return _problem(error.status, error.code, [_member(objection) for objection in error.objections])
    if isinstance(error, ValidationError):
        error = exceptions.ValidationError(detail=error.messages)
    if isinstance(error, ObjectDoesNotExist):
        error = Http404()
    response = exception_handler(error, dict(context))
    if response is None:
        return None
    code = getattr(error, "default_code", "not_found" if response.status_code == 404 else "error")
    reply = _problem(response.status_code, str(code), _flatten(response.data))
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in response.headers:
            reply[name] = response.headers[name]
    return reply


def _member(objection: Any) -> dict[str, Any]:
    facts = {name: str(value) for name, value in objection.facts.items()}
    return {"code": objection.code, "detail": sentence(objection), "place": objection.place, "facts": facts}


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
    detail = " ".join(objection["detail"] for objection in objections)
    body = {"type": f"/problems/{code}", "title": code.replace("_", " "), "status": status, "code": code}
    return Response({**body, "detail": detail, "objections": objections}, status=status, content_type=PROBLEM)
