"""How often strangers may ask: enough for a person with a pile of certificates, too little to guess or to burden."""

from typing import cast

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from apps.core.http import network_address_of


class CodeThrottle(SimpleRateThrottle):
    """Codes looked up, for each network address."""

    scope = "verify_code"
    rate = "60/min"

    def get_cache_key(self, request: HttpRequest, view: object) -> str:
        return f"throttle:{self.scope}:{network_address_of(request)}"

    def refuses(self, request: HttpRequest) -> bool:
        """For pages, which have no API view."""
        return not self.allow_request(cast(Request, request), APIView())


class FileThrottle(CodeThrottle):
    """Files judged, for each network address."""

    scope = "verify_file"
    rate = "12/min"
