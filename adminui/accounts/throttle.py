"""How often a sign-in may be refused: counted in the database, for one address and for all of them.

An attempt is taken before the platform is asked and given back when it was no guess that failed, so that many at once
count like one after the other.
"""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from adminui.accounts.models import Attempts

WINDOW = timedelta(minutes=5)


class TooMany(Exception):
    """No attempt is left; `seconds` until there are some again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Attempt:
    """One attempt that was taken: the rows it is counted in."""

    keys: tuple[str, ...]


def take(address: str) -> Attempt:
    """Counts an attempt of this network address; raises TooMany where none is left."""
    limits = {"all": settings.SIGNIN_ATTEMPTS_ALL, f"address {_network(address)}": settings.SIGNIN_ATTEMPTS}
    now = timezone.now()
    with transaction.atomic():
        Attempts.objects.filter(ends_at__lte=now).delete()
        for key, limit in limits.items():
            window, _ = Attempts.objects.select_for_update().get_or_create(
                key=key, defaults={"count": 0, "ends_at": now + WINDOW}
            )
            if window.count >= limit:
                raise TooMany(max(1, round((window.ends_at - now).total_seconds())))
            window.count += 1
            window.save(update_fields=["count"])
    return Attempt(tuple(limits))


def give_back(attempt: Attempt) -> None:
    """The attempt was no guess that failed: it doesn't count."""
    Attempts.objects.filter(key__in=attempt.keys, count__gt=0).update(count=F("count") - 1)


def _network(address: str) -> str:
    """One host of IPv4; of IPv6 the /64, within which a single host has as many addresses as it likes."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network(f"{parsed}/64", strict=False)) if parsed.version == 6 else str(parsed)
