"""How often something may be tried. Counts live in the cache: shared where Redis is, else one a process."""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.http import HttpRequest


def used_up(what: str, whose: str, allowed: int, seconds: int) -> bool:
    """Count one more try; True once there were more than `allowed` within `seconds`."""
    key = _key(what, whose)
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key)) > allowed
    except ValueError:  # it ran out between the two lines
        return False


def is_used_up(what: str, whose: str, allowed: int) -> bool:
    """The same without counting."""
    return int(cache.get(_key(what, whose), 0)) >= allowed


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; behind a proxy, what uvicorn takes from its headers."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _key(what: str, whose: str) -> str:
    return f"limit:{what}:{hashlib.sha256(whose.encode()).hexdigest()}"
