"""The Jinja2 environment of all pages: autoescape, undefined names are errors, a few globals and filters."""

import hashlib
import re
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django_htmx.jinja import htmx_script
from heroicons.jinja import heroicon_micro, heroicon_mini
from jinja2 import Environment, FileSystemBytecodeCache, StrictUndefined
from jinja2 import __version__ as jinja_version
from jinja2.bccache import Bucket
from markupsafe import Markup

from adminui.contract.visible import visible

_CODE = re.compile("`([^`]+)`")


class Compiled(FileSystemBytecodeCache):
    """Compiled templates, kept beside them as Python keeps its modules': the first page needs half a second less.

    What lies there is run: so it lies in the program's own tree, which only those may write to who may change the
    program itself. Where that can't be written, or Python is told not to, each process compiles for itself.
    """

    def __init__(self, folder: Path) -> None:
        options = Path(__file__).read_bytes()  # of which the compiled code depends on some
        made_by = hashlib.sha256(jinja_version.encode() + options).hexdigest()[:16]
        super().__init__(str(folder), f"%s.{made_by}.jinja")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Takes the code of the very same source; none where there is none, or none that can be read."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, ValueError, UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps the code if it can."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


def environment(**options: Any) -> Environment:
    """The environment for Django's Jinja2 backend, which adds `request`, `csrf_input` and `csrf_token`."""
    options |= {"autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    options["bytecode_cache"] = Compiled(settings.BASE_DIR / "templates" / "__pycache__")
    made = Environment(**options)  # noqa: S701 - it is on, some lines above
    made.globals.update(
        url=url,
        url_if_any=url_if_any,
        static=static,
        icon=icon,
        big_icon=big_icon,
        htmx_script=htmx_script,
    )
    made.filters.update(ago=ago, clock=clock, exact=exact, marked=marked, visible=visible)
    return made


# Drawn anew each time, the icons of a page take longer than its database.
icon = lru_cache(maxsize=500)(heroicon_micro)
big_icon = lru_cache(maxsize=500)(heroicon_mini)


def url(name: str, **kwargs: object) -> str:
    """The address of a view by its name."""
    return reverse(name, kwargs=kwargs)


def url_if_any(name: str, **kwargs: object) -> str | None:
    """The address of a view, None where there is no such view."""
    try:
        return reverse(name, kwargs=kwargs)
    except NoReverseMatch:
        return None


def exact(moment: datetime) -> str:
    """A moment to the second, in UTC: 2026-11-24 10:30:07 UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def marked(text: str) -> Markup:
    """A text with what stands between backticks as code, as the contract's help has it."""
    parts = _CODE.split(text)
    return Markup().join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


def ago(moment: datetime | None, now: datetime | None = None) -> Markup:
    """A moment in words, exact on hover: `<time>12 minutes ago</time>`; nothing for None."""
    if moment is None:
        return Markup()
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        exact(moment),
        _words(moment.astimezone(UTC), now or datetime.now(UTC)),
    )


def clock(moment: datetime) -> Markup:
    """The time of day of a moment of today, else its day too; exact on hover. In UTC."""
    moment = moment.astimezone(UTC)
    today = moment.date() == datetime.now(UTC).date()
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
        exact(moment),
        f"{moment:%H:%M}" if today else f"{moment.day} {moment:%b %H:%M}",
    )


def _words(moment: datetime, now: datetime) -> str:
    apart = abs(now - moment)
    if apart < timedelta(seconds=45):
        return "just now" if moment <= now else "in a moment"
    if apart < timedelta(hours=22):
        told = _count(apart)
        return f"{told} ago" if moment <= now else f"in {told}"
    days = (now.date() - moment.date()).days
    if days == 1:
        return "yesterday"
    if days == -1:
        return "tomorrow"
    if abs(days) < 7:
        return f"{days} days ago" if days > 0 else f"in {-days} days"
    return f"{moment.day} {moment:%b}" + ("" if moment.year == now.year else f" {moment.year}")


def _count(apart: timedelta) -> str:
    minutes = max(1, round(apart.total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    hours = round(minutes / 60)
    return f"{hours} hour{'' if hours == 1 else 's'}"
