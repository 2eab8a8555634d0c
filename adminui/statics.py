"""Static files: which are collected, when they must be collected anew, and who serves them.

Collected files carry a hash in their name, so that a browser may keep them for good, and lie beside their compressed
forms. Third-party scripts come out of their installed packages.
"""

import fcntl
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from servestatic import ServeStaticASGI
from servestatic.storage import CompressedManifestStaticFilesStorage


class StaticFiles(StaticFilesConfig):
    """Django's static files, without the builds and extensions of htmx that no page uses."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "htmax-*", "htmx-4*", "htmx-2.js", "django-htmx.js", "ext"]


class Hashed(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # servestatic has no types
    """Hashed names beside compressed forms; what a module of ours imports is named by its hash as well."""

    support_js_module_import_aggregation = True


def collect_if_stale() -> None:
    """Collects unless this was done for the very same sources. Of several processes one does, the others wait."""
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with open(root.parent / "sources", "a+", encoding="ascii") as done:
        fcntl.flock(done, fcntl.LOCK_EX)
        done.seek(0)
        fingerprint = _fingerprint()
        if done.read() != fingerprint:
            call_command("collectstatic", interactive=False, verbosity=0, clear=True)
            done.truncate(0)
            done.write(fingerprint)


def collected() -> bool:
    """Whether there is something to serve."""
    return (Path(settings.STATIC_ROOT) / "staticfiles.json").exists()


def _fingerprint() -> str:
    """Changes whenever a source file does."""
    seen = "\n".join(sorted(_sources()))
    return hashlib.sha256(f"{settings.STORAGES['staticfiles']}\n{seen}".encode()).hexdigest()


def _sources() -> Iterator[str]:
    for finder in get_finders():
        for name, storage in finder.list(StaticFiles.ignore_patterns):
            about = Path(storage.path(name)).stat()
            yield f"{name} {about.st_size} {about.st_mtime_ns}"


def serving(application: Any) -> Any:
    """`application` behind the static files: those are served without it, everything else is its own."""
    return ServeStaticASGI(
        application,
        root=settings.STATIC_ROOT,
        prefix=settings.STATIC_URL,
        allow_all_origins=False,
        max_age=60,
    )
