"""The WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from qcsystem.start import begin_serving

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qcsystem.settings")

application = get_wsgi_application()
begin_serving()
