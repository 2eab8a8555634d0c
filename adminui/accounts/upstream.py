"""The platform that this installation speaks to."""

import ssl
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from adminui.platform.client import Platform


def platform() -> Platform:
    """
    The one client of this process; it keeps connections of its own for each event loop.

    Django's settings say where it is: PLATFORM_URL, PLATFORM_CA_FILE (None: the system's authorities),
    PLATFORM_DEADLINE and PLATFORM_CONNECT (seconds).
    """
    return _platform(
        settings.PLATFORM_URL, settings.PLATFORM_CA_FILE, settings.PLATFORM_DEADLINE, settings.PLATFORM_CONNECT
    )


# By its settings, so that a test which overrides them gets a client of its own.
@lru_cache(maxsize=8)
def _platform(url: str, ca_file: Path | None, deadline: float, connect: float) -> Platform:
    verify = True if ca_file is None else ssl.create_default_context(cafile=ca_file)
    return Platform(url, deadline=deadline, connect=connect, verify=verify)
