"""How the OpenAPI description names things: a body is called after its app, so that two apps may use one word."""

from typing import Any

from drf_spectacular.openapi import AutoSchema


class Schema(AutoSchema):
    """`ReasonInput` of quality is `QualityReasonInput` in the description."""

    def _get_serializer_name(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> str:
        name = super()._get_serializer_name(serializer, direction, bypass_extensions)
        kind = serializer if isinstance(serializer, type) else type(serializer)
        root, _, rest = kind.__module__.partition(".")
        app = rest.partition(".")[0].capitalize()
        return name if root != "apps" or name.startswith(app) else f"{app}{name}"
