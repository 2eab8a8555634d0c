"""The box as an ASGI application: `uvicorn adminui.embedded.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "adminui.embedded.settings"
inner = get_asgi_application()

from .gate import Gate  # noqa: E402 (its models need Django set up)

application = Gate(inner)
