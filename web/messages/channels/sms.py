"""SMS over whatever HTTP gateway the operator has: address, headers and body come from the settings.

`{to}`, `{text}` and `{key}` in the texts of the body are filled in after it was read as JSON or as a form, so that a text can
never become a field of its own. `{key}` is the same at each attempt: a gateway that knows such keys sends one message once.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings

from interview_analysis.web.messages.channels.base import SendingError, Sent
from interview_analysis.web.messages.channels.calls import call
from interview_analysis.web.messages.letters import Letter
from interview_analysis.web.messages.models import Message

_NUMBER = re.compile(r"\+?[0-9]{5,15}")
_BETWEEN_DIGITS = re.compile(r"[ ().\-/\u00a0]")
# GSM 03.38: 160 characters in one part, 153 in each of several; those of the second row count twice.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€\f")


@dataclass(frozen=True, slots=True)
class Size:
    """`characters` as the network counts them, in `parts` that are paid for one by one."""

    characters: int
    parts: int


def size(text: str) -> Size:
    """How long a text message is. One character outside of GSM 03.38 makes all of it UCS-2, of 70 characters, or 67 a part."""
    if all(letter in _GSM or letter in _GSM_TWICE for letter in text):
        length, alone, each = sum(2 if letter in _GSM_TWICE else 1 for letter in text), 160, 153
    else:
        length, alone, each = len(text.encode("utf-16-le")) // 2, 70, 67
    return Size(length, 1 if length <= alone else -(-length // each))


def number(phone: str) -> str:
    """A phone number without what people put between its digits. Raises SendingError for what is none."""
    bare = _BETWEEN_DIGITS.sub("", phone)
    if not _NUMBER.fullmatch(bare):
        raise SendingError("never", Message.Fault.ADDRESS)
    return bare


def send_sms(letter: Letter) -> Sent:
    values = {"{to}": number(letter.to), "{text}": letter.text, "{key}": letter.key}
    try:
        headers = {str(k): str(v) for k, v in json.loads(settings.SMS_HEADERS or "{}").items()}
        template: Any = (
            json.loads(settings.SMS_BODY)
            if settings.SMS_FORMAT == "json"
            else dict(parse_qsl(settings.SMS_BODY, keep_blank_values=True, strict_parsing=True))
        )
    except (ValueError, AttributeError) as error:
        raise SendingError("never", Message.Fault.SETTINGS) from error
    url, filled = settings.SMS_URL, _filled(template, values)
    if settings.SMS_FORMAT == "json":
        body = json.dumps(filled, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", **headers}
    elif settings.SMS_METHOD == "GET":
        url, body = f"{url}{'&' if '?' in url else '?'}{urlencode(filled)}", b""
    else:
        body = urlencode(filled).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", **headers}
    answer = call(settings.SMS_METHOD, url, body, headers)
    if settings.SMS_OK and settings.SMS_OK not in answer.body.decode("utf-8", "replace"):
        raise SendingError("never", Message.Fault.REFUSED, str(answer.status))
    return Sent()


def _filled(template: Any, values: dict[str, str]) -> Any:
    """The same with the placeholders in its texts filled in, each text once."""
    if isinstance(template, str):
        return re.sub(r"\{(?:to|text|key)\}", lambda found: values[found[0]], template)
    if isinstance(template, dict):
        return {key: _filled(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, values) for value in template]
    return template
