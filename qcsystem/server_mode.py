"""What server mode demands before it starts. Everything that is missing is said at once, with its reason."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured

from qcsystem.keys import MADE_HERE

MODES = ("embedded", "training", "server")
KEY_FILES = {
    "QCS_CHECKPOINT_KEY": "the Ed25519 key that signs checkpoints of the audit trail",
    "QCS_SEAL_KEY": "the EC key that seals documents",
    "QCS_SEAL_CERT": "the certificate of that key",
    "QCS_SEAL_CHAIN": "the certificates of its authorities",
}
SHORTEST_SECRET = 50
FEWEST_CHARACTERS = 10
LOCAL_HOSTS = ("", "localhost", "127.0.0.1", "::1")
VERIFIED = ("require", "verify-ca", "verify-full")


def require_readiness(env: Mapping[str, str]) -> None:
    """Raise with every reason why this environment may not serve real patients."""
    reasons = list(reasons_to_refuse(env))
    if reasons:
        raise ImproperlyConfigured("Server mode refuses to start:\n" + "\n".join(f"- {reason}" for reason in reasons))


def reasons_to_refuse(env: Mapping[str, str]) -> Iterator[str]:
    """Each reason is one sentence that names the variable to set."""
    yield from _debugging(env)
    yield from _secret(env.get("SECRET_KEY", ""))
    yield from _database(env.get("DATABASE_URL", ""))
    yield from _broker(env.get("REDIS_URL", ""))
    yield from _transport(env)
    yield from _keys(env)


def _debugging(env: Mapping[str, str]) -> Iterator[str]:
    for name in ("DEBUG", "DJANGO_DEBUG", "QCS_DEBUG"):
        if env.get(name, "").strip().lower() not in ("", "0", "false", "no", "off"):
            yield f"{name} is set: error pages would show patients' data. Unset it."


def _secret(secret: str) -> Iterator[str]:
    if not secret:
        yield "SECRET_KEY is not set."
    elif len(secret) < SHORTEST_SECRET:
        yield f"SECRET_KEY is shorter than {SHORTEST_SECRET} characters."
    elif len(set(secret)) < FEWEST_CHARACTERS:
        yield "SECRET_KEY is not random: it repeats a few characters."
    elif secret.startswith((MADE_HERE, "django-insecure")) or "changeme" in secret.lower():
        yield "SECRET_KEY is a development secret. Make a new one for this installation."


def _database(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    if parts.scheme.split("+")[0] not in ("postgres", "postgresql", "psql", "pgsql"):
        yield "DATABASE_URL does not name a PostgreSQL database; SQLite is for evaluation only."
        return
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = unquote(options.get("host", parts.hostname or ""))
    is_local = host in LOCAL_HOSTS or host.startswith("/")
    if not is_local and options.get("sslmode") not in VERIFIED:
        yield "DATABASE_URL names another machine without TLS. Add ?sslmode=verify-full (at least require)."


def _broker(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss", "redis+socket"):
        yield "REDIS_URL does not name a Redis server; the file broker is for evaluation only."
    elif parts.scheme == "redis" and (parts.hostname or "") not in LOCAL_HOSTS:
        yield "REDIS_URL names another machine without TLS. Use rediss://."


def _transport(env: Mapping[str, str]) -> Iterator[str]:
    if not env.get("QCS_HOSTS"):
        yield "QCS_HOSTS is not set: the names under which this installation is reached, separated by commas."
    elif "*" in env["QCS_HOSTS"]:
        yield "QCS_HOSTS may not contain *."
    origins = [origin for origin in env.get("QCS_ORIGINS", "").split(",") if origin]
    if any(not origin.startswith("https://") for origin in origins):
        yield "QCS_ORIGINS has an origin that does not begin with https://."
    here = [env.get("QCS_TLS_CERT", ""), env.get("QCS_TLS_KEY", "")]
    if env.get("QCS_TLS_PROXY") != "yes" and not all(here):
        yield (
            "No TLS: set QCS_TLS_CERT and QCS_TLS_KEY, or QCS_TLS_PROXY=yes when a proxy in front ends TLS and sets "
            "X-Forwarded-Proto itself."
        )
    yield from (f"{path} (TLS) cannot be read." for path in here if path and not Path(path).is_file())


def _keys(env: Mapping[str, str]) -> Iterator[str]:
    for name, what in KEY_FILES.items():
        path = env.get(name, "")
        if not path:
            yield f"{name} is not set: {what}."
        elif not Path(path).is_file():
            yield f"{name}: {path} cannot be read; it should hold {what}."
    seal = Path(env.get("QCS_SEAL_CERT", ""))
    if seal.is_file() and _is_demonstration(seal.read_bytes()):
        yield "QCS_SEAL_CERT is the certificate that embedded mode made for demonstration."


def _is_demonstration(pem: bytes) -> bool:
    try:
        issuer = x509.load_pem_x509_certificate(pem).issuer
    except ValueError:
        return False
    return any(name.value == MADE_HERE for name in issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME))
