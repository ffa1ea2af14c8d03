"""The web server's entry point; it refuses to open the demo over data of a real region."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisland.settings")
application = get_wsgi_application()

from spatial.guard import demo_guard  # noqa: E402 - needs the app registry

demo_guard()
close_old_connections()
