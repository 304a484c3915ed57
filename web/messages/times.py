"""The one way in which a time is told, in every message and on every page of candidates: wall time, with its zone and offset."""

from __future__ import annotations

from datetime import datetime, timedelta

from interview_analysis.web.site.zones import zone_of

_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAYS_ZH = "一二三四五六日"
_MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
# Zones by what people call them: English, Chinese. Others are called by their city.
_NAMES = {
    "UTC": ("UTC", "协调世界时"),
    "Asia/Shanghai": ("Beijing time", "北京时间"),
    "Asia/Chongqing": ("Beijing time", "北京时间"),
    "Asia/Urumqi": ("Urumqi time", "乌鲁木齐时间"),
    "Asia/Hong_Kong": ("Hong Kong time", "香港时间"),
    "Asia/Macau": ("Macau time", "澳门时间"),
    "Asia/Taipei": ("Taipei time", "台北时间"),
    "Asia/Singapore": ("Singapore time", "新加坡时间"),
    "Asia/Tokyo": ("Tokyo time", "东京时间"),
    "Asia/Seoul": ("Seoul time", "首尔时间"),
    "Asia/Bangkok": ("Bangkok time", "曼谷时间"),
    "Asia/Kuala_Lumpur": ("Kuala Lumpur time", "吉隆坡时间"),
    "Asia/Kolkata": ("India time", "印度时间"),
    "Asia/Dubai": ("Dubai time", "迪拜时间"),
    "Europe/London": ("London time", "伦敦时间"),
    "Europe/Berlin": ("Berlin time", "柏林时间"),
    "Europe/Paris": ("Paris time", "巴黎时间"),
    "Europe/Moscow": ("Moscow time", "莫斯科时间"),
    "America/New_York": ("New York time", "纽约时间"),
    "America/Chicago": ("Chicago time", "芝加哥时间"),
    "America/Denver": ("Denver time", "丹佛时间"),
    "America/Los_Angeles": ("Los Angeles time", "洛杉矶时间"),
    "America/Toronto": ("Toronto time", "多伦多时间"),
    "America/Vancouver": ("Vancouver time", "温哥华时间"),
    "Australia/Sydney": ("Sydney time", "悉尼时间"),
    "Pacific/Auckland": ("Auckland time", "奥克兰时间"),
}


def told(at: datetime, zone: str, language: str) -> str:
    """An instant in the wall time of a zone: "Tuesday, 1 December 2026, 14:00, Beijing time (UTC+8)".

    `language` is "zh-hans" or another that begins with "zh" for Chinese, else English.
    """
    return _in_zone(at, f"{at.astimezone(zone_of(zone)):%H:%M}", zone, language)


def told_span(begins: datetime, ends: datetime, zone: str, language: str) -> str:
    """A span of time. One within a day names the day once, unless the clock is changed in it."""
    first, last = (at.astimezone(zone_of(zone)) for at in (begins, ends))
    chinese = language.startswith("zh")
    if first.date() != last.date() or first.utcoffset() != last.utcoffset():
        between = " 至 " if chinese else " to "
        return f"{told(begins, zone, language)}{between}{told(ends, zone, language)}"
    return _in_zone(begins, f"{first:%H:%M}–{last:%H:%M}", zone, language)


def _in_zone(at: datetime, clock: str, zone: str, language: str) -> str:
    """Day, clock and zone, with the distance to UTC where the zone is another one."""
    local, called = at.astimezone(zone_of(zone)), zone_told(at, zone, language)
    away = "" if zone_of(zone).key == "UTC" else offset(local)
    if language.startswith("zh"):
        return f"{_date(local, language)}{called}{clock}{away and f'（{away}）'}"
    return f"{_date(local, language)}, {clock}, {called}{away and f' ({away})'}"


def zone_told(at: datetime, zone: str, language: str) -> str:
    """What a zone is called: by a name that people use, else by its city, else by its IANA name."""
    chinese = language.startswith("zh")
    if zone_of(zone).key == "UTC":
        return _NAMES["UTC"][chinese]
    if zone in _NAMES:
        return _NAMES[zone][chinese]
    area, _, city = zone.rpartition("/")
    if not area or area == "Etc":
        return zone
    return f"{city.replace('_', ' ')}{'时间' if chinese else ' time'}"


def offset(local: datetime) -> str:
    """The distance to UTC of a time with its zone: "UTC+8", "UTC-3:30"."""
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")


def _date(local: datetime, language: str) -> str:
    if language.startswith("zh"):
        return f"{local.year}年{local.month}月{local.day}日（星期{_DAYS_ZH[local.weekday()]}）"
    return f"{_DAYS_EN[local.weekday()]}, {local.day} {_MONTHS_EN[local.month - 1]} {local.year}"
