"""All settings, from the environment. QCS_MODE decides how strict they are: embedded (default), training or server."""

import os
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from qcsystem.broker import broker_settings
from qcsystem.database import database_settings
from qcsystem.keys import make_keys_once
from qcsystem.logs import logging_settings
from qcsystem.server_mode import MODES, require_readiness

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- mode and places ------------------------------------------------------------------------------------------------
QCS_MODE: str = env.str("QCS_MODE", default="embedded")
if QCS_MODE not in MODES:
    raise ImproperlyConfigured(f"QCS_MODE is {QCS_MODE!r}; it is one of {', '.join(MODES)}.")
IS_SERVER: bool = QCS_MODE == "server"
if IS_SERVER:
    require_readiness(os.environ)
VAR_DIR = Path(env.str("QCS_VAR", default=str(BASE_DIR / "var"))).resolve()
KEYS_DIR = VAR_DIR / "keys"
FILES_DIR = Path(env.str("QCS_FILES", default=str(VAR_DIR / "files"))).resolve()
SEEDS_DIR = BASE_DIR / "seeds"
FIXTURES_DIR = BASE_DIR / "fixtures"

DEBUG = False
if not IS_SERVER:
    make_keys_once(KEYS_DIR)
SECRET_KEY: str = env.str("SECRET_KEY", default="") or (KEYS_DIR / "secret_key").read_text()
CHECKPOINT_KEY = Path(env.str("QCS_CHECKPOINT_KEY", default=str(KEYS_DIR / "checkpoint_key.pem")))
CHECKPOINTS_DIR = Path(env.str("QCS_CHECKPOINTS", default=str(VAR_DIR / "checkpoints"))).resolve()
SEAL_KEY = Path(env.str("QCS_SEAL_KEY", default=str(KEYS_DIR / "seal_key.pem")))
SEAL_CERT = Path(env.str("QCS_SEAL_CERT", default=str(KEYS_DIR / "seal_cert.pem")))
SEAL_CHAIN = Path(env.str("QCS_SEAL_CHAIN", default=str(KEYS_DIR / "seal_chain.pem")))
SEAL_FORMER = Path(env.str("QCS_SEAL_FORMER", default=str(KEYS_DIR / "seal_former.pem")))  # may be missing
SEAL_PASSPHRASE: bytes | None = env.str("QCS_SEAL_PASSPHRASE", default="").encode() or None
ALLOWED_HOSTS: list[str] = env.list("QCS_HOSTS", default=[] if IS_SERVER else ["127.0.0.1", "localhost", "[::1]"])
_own_address = f"https://{ALLOWED_HOSTS[0]}" if IS_SERVER else "http://127.0.0.1:8000"
PUBLIC_URL: str = env.str("QCS_PUBLIC_URL", default=_own_address).rstrip("/")  # printed on documents as QR

# --- what is installed ----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "apps.organisation.admin_config.ReadOnlyAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "apps.core",
    "apps.audit",
    "apps.organisation",
    "apps.signatures",
    "apps.lineage",
    "apps.register",
    "apps.documents",
    "apps.quality",
    "apps.products",
    "apps.materials",
    "apps.facility",
    "apps.identity",
    "apps.donation",
    "apps.batches",
    "apps.units",
    "apps.testing",
    "apps.storage",
    "apps.release",
    "apps.supply",
    "apps.transport",
    "apps.banks",
    "apps.blinding",
    "apps.dosing",
    "apps.disposal",
    "apps.lookback",
    "apps.stability",
    "apps.vigilance",
    "apps.inspection",
    "apps.recall",
    "apps.alerts",
    "apps.desk",
]
MIDDLEWARE = [
    "apps.core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # deny by default
    "apps.organisation.middleware.ControlledAccess",
    "apps.core.preferences.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.core.ui.pages.RefusalPages",
]
ROOT_URLCONF = "qcsystem.urls"
WSGI_APPLICATION = "qcsystem.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "apps.core.context.shell",
                "apps.alerts.context.bell",
            ]
        },
    }
]

# --- database and broker --------------------------------------------------------------------------------------------
DATABASES = {"default": database_settings(env.str("DATABASE_URL", default=""), VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = broker_settings(env.str("REDIS_URL", default=""), VAR_DIR)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # keeps nothing: a sweep that is missed is made good by the next
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "trail": {"task": "apps.audit.tasks.sequence_trail", "schedule": 20.0},
    "documents": {"task": "apps.documents.tasks.issue_due_documents", "schedule": 20.0},
    "alerts": {"task": "apps.alerts.tasks.sweep_alerts", "schedule": 20.0},
    "late failures": {"task": "apps.lookback.tasks.sweep_late_failures", "schedule": 20.0},
    "register": {"task": "apps.supply.tasks.sweep_register", "schedule": 3600.0},
    "cultures": {"task": "apps.storage.tasks.sweep_cultures", "schedule": 20.0},
    "balances": {"task": "apps.disposal.tasks.sweep_balances", "schedule": crontab(hour=18, minute=30)},  # by UTC
    "pulls": {"task": "apps.stability.tasks.sweep_pulls", "schedule": crontab(hour=18, minute=45)},
    "challenges": {"task": "apps.signatures.tasks.sweep_challenges", "schedule": 3600.0},
    "statistics": {"task": "apps.audit.tasks.count_rows", "schedule": 3600.0},
}

# --- people and sessions --------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "organisation.User"
PASSWORD_HASHERS = ["apps.core.hashers.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "organisation:sign_in"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "apps.organisation.sessions"
AUTHENTICATION_BACKENDS = ["apps.organisation.sessions.Accounts"]
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SERVER

DEMO_SECRET = "batchroom-demo"  # noqa: S105  of fixtures/people.yaml; server mode refuses those accounts
MAIL_HOST: str = env.str("QCS_MAIL_HOST", default="")  # none: the pages alone tell
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL_HOST else 'dummy'}.EmailBackend"
EMAIL_HOST, DEFAULT_FROM_EMAIL = MAIL_HOST, env.str("QCS_MAIL_FROM", default="qcsystem@localhost")
# The facility identification number of each site, from the registry; the standard's specimen where nothing is real.
FACILITY_NUMBERS: dict[str, str] = env.dict("QCS_FACILITY_NUMBERS", default={} if IS_SERVER else {"*": "A9999"})
PROXY_HOPS: int = env.int("QCS_PROXY_HOPS", default=0)  # trusted proxies in front: whose address is the person's

# --- transport and browser ------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = IS_SERVER
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.str("QCS_TLS_PROXY", default="") == "yes" else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_SERVER else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS: list[str] = env.list("QCS_ORIGINS", default=[])
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": ["self"], "display-capture": [], "geolocation": [], "microphone": [], "payment": [], "usb": [],
}  # fmt: skip

# --- language, time, files ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = not IS_SERVER
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES_DIR}},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_SERVER
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
LARGEST_REQUEST = 25 * 1024 * 1024  # bytes, of whatever kind
LOGGING_CONFIG = None
logging_settings(as_json=IS_SERVER)

# --- API ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.organisation.access.DeclaredRoles"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.core.parsers.StrictJSON", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_FILTER_BACKENDS": ["apps.core.filters.KnownFilters"],
    "DEFAULT_PAGINATION_CLASS": "apps.core.pagination.Keyset",
    "DEFAULT_SCHEMA_CLASS": "qcsystem.schema.Schema",
    "EXCEPTION_HANDLER": "apps.core.api.problem_handler",
    "UPLOADED_FILES_USE_URL": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Batch records and quality control for cell therapy products",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["apps.organisation.access.DeclaredRoles"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [],  # choices stand where they are used: as components their names collide
}
