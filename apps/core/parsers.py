"""What the API reads: JSON that is text throughout."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSON(JSONParser):
    """JSON without lone surrogates: half a character can be neither stored nor answered."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            read = super().parse(stream, media_type, parser_context)
            json.dumps(read, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise ParseError(_("Half a character (a lone surrogate) is no text.")) from error
        except RecursionError as error:
            raise ParseError(_("This is nested too deeply.")) from error
        return read
