"""Logs to standard error: lines for people, JSON in server mode. Never a secret, never a person's data."""

import logging.config
from typing import Any

import structlog

LEVELS = {
    "apps": {"level": "INFO"},
    "qcsystem": {"level": "INFO"},
    "kombu.connection": {"level": "ERROR"},  # the file broker has no host name, and it warns of that
}
SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
# The pretty traceback prints local variables, and so secrets: the plain one it is.
LINES = [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
JSON = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def logging_settings(*, as_json: bool) -> None:
    """Configure the standard library's loggers and structlog to write the same way."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *(JSON if as_json else LINES)],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": "WARNING"},
            "loggers": LEVELS,
        }
    )
