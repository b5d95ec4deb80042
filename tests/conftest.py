"""Fixtures that every test may ask for."""

from tests.cast import _quick_secrets, api_client, cast, real_secrets, rhine, site, web_client

__all__ = ["_quick_secrets", "api_client", "cast", "real_secrets", "rhine", "site", "web_client"]
