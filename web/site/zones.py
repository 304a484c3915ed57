"""Zones and wall times: what people type is a wall time in a zone, what is kept is an instant."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime
from functools import cache

REGIONS = frozenset(
    ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
)


class NoSuchTimeError(ValueError):
    """A wall time that the clocks of the zone skip."""


def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """The zone of an IANA name; UTC for one that is unknown."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # "Asia" is a folder
        return zoneinfo.ZoneInfo("UTC")


@cache
def zone_names() -> tuple[str, ...]:
    """The zones that are named by a place, and UTC: what a person can choose from."""
    return ("UTC", *sorted(z for z in zoneinfo.available_timezones() if z.split("/")[0] in REGIONS))


def instant(wall: datetime, zone: str) -> datetime:
    """The instant of a wall time; of two, when clocks are set back, the earlier one. Raises NoSuchTimeError."""
    at = wall.replace(tzinfo=zone_of(zone), fold=0)
    if at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise NoSuchTimeError(f"{wall:%Y-%m-%d %H:%M} does not exist in {zone}: the clocks are set forward")
    return at.astimezone(UTC)
