"""The WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from qcsystem.start import require_safe_data

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qcsystem.settings")

application = get_wsgi_application()
require_safe_data()
