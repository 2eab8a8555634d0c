"""What a person set for their session: whether single keys act, and whether times are local or in UTC."""

from dataclasses import dataclass

from django.http import HttpRequest

_KEYS, _TIMES = "keys", "times"


@dataclass(frozen=True)
class Preferences:
    """As long as nothing was set: single keys act while nobody types, times are in UTC."""

    single_keys: bool = True
    local_times: bool = False


def of(request: HttpRequest) -> Preferences:
    """Those of a request whose session is loaded already; touches no database."""
    return Preferences(
        single_keys=request.session.get(_KEYS, "on") == "on",
        local_times=request.session.get(_TIMES, "utc") == "local",
    )


def set_from(request: HttpRequest) -> None:
    """Takes what was posted: `keys` on or off, `times` local or utc; anything else changes nothing."""
    for name, values in ((_KEYS, ("on", "off")), (_TIMES, ("utc", "local"))):
        if request.POST.get(name) in values:
            request.session[name] = request.POST[name]
