"""WeCom: messages of an application to one account, and a robot that writes to a group.

The robot's address is its credential, and a group is read by many: it never gets a name, an address or a number of a person.
"""

from __future__ import annotations

import json
import re
import threading
import time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from interview_analysis.web.messages.channels.base import Fate, SendingError, Sent
from interview_analysis.web.messages.channels.calls import call
from interview_analysis.web.messages.letters import Letter
from interview_analysis.web.messages.models import Message

MAX_BYTES = 2048  # of a text; WeCom cuts what is longer
RENEWED_BEFORE_S = 300.0
_BAD_TOKEN = (40014, 41001, 42001)
_TRY_LATER = (-1, 45009, 45033)
_BAD_ADDRESS = (40003, 40031, 60111, 81013)
Fault = Message.Fault
_tokens: dict[tuple[str, str], tuple[str, float]] = {}
_lock = threading.Lock()


def send_to_account(letter: Letter) -> Sent:
    """One text to one account. A token that has ended is fetched anew, once: it was refused, so nothing went."""
    if not re.fullmatch(r"[A-Za-z0-9_.@-]{1,64}", letter.to):  # "|" would reach several, "@all" everybody
        raise SendingError("never", Fault.ADDRESS)
    if letter.to.lower() == "@all":
        raise SendingError("never", Fault.ADDRESS)
    try:
        agent = int(settings.WECOM_AGENT_ID)
    except ValueError as error:
        raise SendingError("never", Fault.SETTINGS) from error
    body = {
        "touser": letter.to,
        "msgtype": "text",
        "agentid": agent,
        "text": {"content": cut(letter.text)},
        "enable_duplicate_check": 1,
        "duplicate_check_interval": 1800,
    }
    told = _told_with_token(body)
    if told.get("errcode") in _BAD_TOKEN:
        _tokens.clear()
        told = _told_with_token(body)
    _judge(told)
    if told.get("invaliduser"):
        raise SendingError("never", Fault.ADDRESS)
    return Sent()


def send_to_group(letter: Letter) -> Sent:
    """One text to the company's group. Raises SendingError where it holds what tells who a person is."""
    if names_somebody(letter.text, letter.personal):
        raise SendingError("never", Fault.NAME)
    _judge(_posted(settings.WECOM_GROUP_URL, {"msgtype": "text", "text": {"content": cut(letter.text)}}))
    return Sent()


def names_somebody(text: str, personal: tuple[str, ...]) -> bool:
    """Whether a text holds one of the values, or a part of a name: a word in Latin script, anything else anywhere."""
    folded = text.casefold()
    for value in personal:
        for part in {value.casefold(), *re.split(r"[\s,·]+", value.casefold())}:
            if not part:
                continue
            if part.isascii():
                if re.search(rf"(?<![a-z0-9]){re.escape(part)}(?![a-z0-9])", folded):
                    return True
            elif part in folded:
                return True
    return False


def cut(text: str) -> str:
    """As much of a text as WeCom takes, with "…" where it was cut."""
    if len(text.encode()) <= MAX_BYTES:
        return text
    return text.encode()[: MAX_BYTES - 3].decode("utf-8", "ignore") + "…"


def _told_with_token(body: dict[str, Any]) -> dict[str, Any]:
    return _posted(f"{settings.WECOM_URL}/cgi-bin/message/send?{urlencode({'access_token': _token()})}", body)


def _posted(url: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    told = call("POST", url, json.dumps(body, ensure_ascii=False).encode(), headers).json()
    if not isinstance(told.get("errcode"), int):
        raise SendingError("unknown", Fault.ANSWER)
    return told


def _token() -> str:
    """The application's token, kept until shortly before it ends. Whatever goes wrong here, no message went."""
    who = (settings.WECOM_CORP_ID, settings.WECOM_SECRET)
    with _lock:
        token, ends_at = _tokens.get(who, ("", 0.0))
        if token and time.monotonic() < ends_at:
            return token
        query = urlencode({"corpid": who[0], "corpsecret": who[1]})
        try:
            told = call("GET", f"{settings.WECOM_URL}/cgi-bin/gettoken?{query}").json()
        except SendingError as error:
            fate: Fate = "never" if error.fate == "never" else "later"
            raise SendingError(fate, error.fault, error.detail) from error
        fresh, code = told.get("access_token"), told.get("errcode")
        if not isinstance(fresh, str) or not fresh or code:
            if code in _TRY_LATER:
                raise SendingError("later", Fault.LATER, str(code))
            raise SendingError("never", Fault.SETTINGS, str(code or ""))
        lasts_s = told.get("expires_in")
        lasts_s = float(lasts_s) if isinstance(lasts_s, int | float) else 0.0
        _tokens[who] = (fresh, time.monotonic() + lasts_s - RENEWED_BEFORE_S)
        return fresh


def _judge(told: dict[str, Any]) -> None:
    code = told["errcode"]
    if code == 0:
        return
    if code in _TRY_LATER:
        raise SendingError("later", Fault.LATER, str(code))
    raise SendingError("never", Fault.ADDRESS if code in _BAD_ADDRESS else Fault.REFUSED, str(code))
