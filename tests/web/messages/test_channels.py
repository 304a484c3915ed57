"""SMS and WeCom against small servers of the tests' own; no real gateway was tried."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import LazySettings

from interview_analysis.errors import ConfigError
from interview_analysis.web.messages import rules
from interview_analysis.web.messages.channels import SendingError, send, wecom
from interview_analysis.web.messages.channels.calls import call
from interview_analysis.web.messages.channels.sms import size
from interview_analysis.web.messages.letters import Letter
from interview_analysis.web.messages.models import Channel
from tests.web.messages.servers import Asked, WebServer

PERSONAL = ("Chen Yu 陈雨", "chen.yu@example.com", "13800000000")
Answer = tuple[int, dict[str, str], bytes] | str


def letter(channel: Channel, to: str = "", text: str = "Hello") -> Letter:
    return Letter(channel, "0" * 32, "en", to, "", text, personal=PERSONAL)


def as_json(**fields: object) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/json"}, json.dumps(fields).encode()


@contextmanager
def gateway(
    settings: LazySettings, answer: Callable[[Asked], Answer] = lambda _: as_json(code=0)
) -> Iterator[WebServer]:
    with WebServer(answer).running() as server:
        settings.SMS_URL = f"{server.url}/send?app=1"
        yield server


def refused(sending: Callable[[], object]) -> tuple[str, str, str]:
    with pytest.raises(SendingError) as error:
        sending()
    return error.value.fate, error.value.fault.value, error.value.detail


# one request


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((302, {"Location": "http://127.0.0.1:9/"}, b""), ("never", "refused", "302")),
        ((401, {}, b""), ("never", "refused", "401")),
        ((429, {}, b""), ("later", "later", "429")),
        ((503, {}, b""), ("later", "later", "503")),
        ((500, {}, b""), ("unknown", "answer", "500")),
        ((502, {}, b""), ("unknown", "answer", "502")),
        ("drop", ("unknown", "answer", "")),
    ],
)
def test_what_an_answer_means(answer: Answer, expected: tuple[str, str, str]):
    with WebServer(lambda _: answer).running() as server:
        assert refused(lambda: call("POST", server.url, b"{}")) == expected
    assert len(server.asked) == 1, "nothing is followed, nothing is tried twice"


def test_nobody_there_means_that_nothing_went():
    assert refused(lambda: call("POST", "http://127.0.0.1:9/", b"{}")) == ("later", "connection", "")
    assert refused(lambda: call("POST", "file:///etc/passwd"))[0] == "never"


def test_an_answer_that_never_ends_is_cut_off():
    with WebServer(lambda _: "drip").running() as server:
        began = time.monotonic()
        assert refused(lambda: call("POST", server.url, b"{}", limit_s=0.3)) == ("unknown", "answer", "")
        assert time.monotonic() - began < 3


def test_of_a_long_answer_only_the_beginning_is_read():
    with WebServer(lambda _: (200, {}, b"x" * 2**20)).running() as server:
        assert len(call("GET", server.url).body) == 64 * 1024


# SMS


def test_a_text_message_as_json(settings: LazySettings):
    settings.SMS_HEADERS = '{"Authorization": "Bearer secret"}'
    settings.SMS_BODY = '{"phones": ["{to}"], "content": {"text": "{text}"}, "id": "{key}", "type": 1}'
    text = '面试"提醒"\\n {to} {"a": 1}'
    with gateway(settings) as server:
        send(letter(Channel.SMS, "+86 (138) 0000-0000", text))
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/send?app=1")
    assert asked.headers["Authorization"] == "Bearer secret"
    assert json.loads(asked.body) == {
        "phones": ["+8613800000000"], "content": {"text": text}, "id": "0" * 32, "type": 1,
    }  # fmt: skip


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_text_message_as_a_form(settings: LazySettings, method: str):
    settings.SMS_FORMAT, settings.SMS_METHOD, settings.SMS_BODY = "form", method, "to={to}&text={text}&sign=x"
    with gateway(settings) as server:
        send(letter(Channel.SMS, "13800000000", "a&to=1 {key} 你好"))
    (asked,) = server.asked
    sent = urlsplit(asked.path).query if method == "GET" else asked.body.decode()
    found = parse_qs(sent)
    assert (found["to"], found["text"], found["sign"]) == (["13800000000"], ["a&to=1 {key} 你好"], ["x"])


@pytest.mark.parametrize("phone", ["", "nobody", "1\n2345678", "1;drop", "12", "+1234567890123456"])
def test_a_number_that_is_none_is_refused(settings: LazySettings, phone: str):
    with gateway(settings) as server:
        fate = refused(lambda: send(letter(Channel.SMS, phone)))[:2]
    assert fate == ("never", "address")
    assert server.asked == []


def test_a_gateway_that_says_no_with_200(settings: LazySettings):
    settings.SMS_OK = '"code": 0'
    with gateway(settings, lambda _: as_json(code=7)):
        assert refused(lambda: send(letter(Channel.SMS, "13800000000"))) == ("never", "refused", "200")
    with gateway(settings):
        send(letter(Channel.SMS, "13800000000"))


def test_settings_that_cannot_be_read_fail_before_anything_goes(settings: LazySettings):
    settings.SMS_BODY = "{to"
    with gateway(settings) as server:
        assert refused(lambda: send(letter(Channel.SMS, "13800000000")))[:2] == ("never", "settings")
    assert server.asked == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUIET_HOURS", "nine to five"),
        ("QUIET_HOURS", "25:00-08:00"),
        ("REMINDERS", "1 day"),
        ("UNCONFIRMED_AFTER", "soon"),
        ("DEFAULT_ZONE", "Mars/Olympus"),
        ("SMS_FORMAT", "xml"),
        ("SMS_METHOD", "GET"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(settings: LazySettings, name: str, value: str):
    setattr(settings, name, value)
    with pytest.raises(ConfigError, match=name):
        rules.check()


@pytest.mark.parametrize(
    ("text", "characters", "parts"),
    [
        ("", 0, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("€" * 81, 162, 2),
        ("面" * 70, 70, 1),
        ("面" * 71, 71, 2),
        ("a" * 69 + "面", 70, 1),
        ("👩🏽‍💻" * 10, 70, 1),  # seven units of UTF-16 each
        ("面" * 134, 134, 2),
        ("面" * 135, 135, 3),
    ],
)
def test_the_length_of_a_text_message(text: str, characters: int, parts: int):
    found = size(text)
    assert (found.characters, found.parts) == (characters, parts)


# WeCom


class Company:
    """WeCom's answers: `tokens` are handed out one after the other, only the last is good."""

    def __init__(self, lasts_s: int = 7200) -> None:
        self.lasts_s, self.tokens, self.ended, self.sent = lasts_s, 0, False, list[dict[str, object]]()
        self.code = 0

    def __call__(self, asked: Asked) -> Answer:
        parts = urlsplit(asked.path)
        query = {k: v[0] for k, v in parse_qs(parts.query).items()}
        if parts.path == "/cgi-bin/gettoken":
            if query != {"corpid": "corp", "corpsecret": "secret"}:
                return as_json(errcode=40013, errmsg="invalid corpid")
            self.tokens += 1
            self.ended = False
            return as_json(errcode=0, access_token=f"token{self.tokens}", expires_in=self.lasts_s)
        assert parts.path == "/cgi-bin/message/send"
        if self.ended or query["access_token"] != f"token{self.tokens}":
            return as_json(errcode=42001, errmsg="access_token expired")
        self.sent.append(json.loads(asked.body))
        return as_json(errcode=self.code, errmsg="")


@pytest.fixture
def we(settings: LazySettings) -> Iterator[Company]:
    wecom._tokens.clear()
    company = Company()
    with WebServer(company).running() as server:
        settings.WECOM_URL = server.url
        settings.WECOM_CORP_ID, settings.WECOM_AGENT_ID, settings.WECOM_SECRET = "corp", "1000002", "secret"
        yield company
    wecom._tokens.clear()


def test_an_account_gets_a_text_and_the_token_is_fetched_once(we: Company):
    for _ in range(2):
        send(letter(Channel.WECOM, "chenyu", "面试提醒"))
    assert we.tokens == 1
    assert we.sent[0] == {
        "touser": "chenyu", "msgtype": "text", "agentid": 1000002, "text": {"content": "面试提醒"},
        "enable_duplicate_check": 1, "duplicate_check_interval": 1800,
    }  # fmt: skip


def test_a_token_is_renewed_before_it_ends_and_when_it_is_refused(we: Company):
    we.lasts_s = 200  # less than it is renewed before its end
    for number in (1, 2):
        send(letter(Channel.WECOM, "chenyu"))
        assert we.tokens == number
    we.lasts_s = 7200
    send(letter(Channel.WECOM, "chenyu"))
    we.ended = True
    send(letter(Channel.WECOM, "chenyu"))
    assert (we.tokens, len(we.sent)) == (4, 4)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (-1, ("later", "later", "-1")),
        (45009, ("later", "later", "45009")),
        (81013, ("never", "address", "81013")),
        (60020, ("never", "refused", "60020")),
    ],
)
def test_what_wecom_says_decides(we: Company, code: int, expected: tuple[str, str, str]):
    we.code = code
    assert refused(lambda: send(letter(Channel.WECOM, "chenyu"))) == expected


def test_a_wrong_secret_is_a_matter_of_settings(we: Company, settings: LazySettings):
    settings.WECOM_SECRET = "wrong"
    assert refused(lambda: send(letter(Channel.WECOM, "chenyu"))) == ("never", "settings", "40013")


@pytest.mark.parametrize("account", ["@all", "a|b", "", "a b", "ALL|@all"])
def test_one_account_is_one_account(we: Company, account: str):
    assert refused(lambda: send(letter(Channel.WECOM, account)))[:2] == ("never", "address")
    assert we.sent == []


def test_a_long_text_is_cut_between_characters(we: Company):
    send(letter(Channel.WECOM, "chenyu", "面" * 1000))
    text = we.sent[0]["text"]["content"]  # type: ignore[index]
    assert len(text.encode()) <= 2048
    assert text.strip("面") == "…"


@pytest.fixture
def group(settings: LazySettings) -> Iterator[WebServer]:
    with WebServer(lambda _: as_json(errcode=0)).running() as server:
        settings.WECOM_GROUP_URL = f"{server.url}/cgi-bin/webhook/send?key=k"
        yield server


def test_a_group_gets_a_text_without_names(group: WebServer):
    send(letter(Channel.GROUP, text="Application 12 goes on: https://hr.example.com/applications/12/"))
    (asked,) = group.asked
    assert asked.path == "/cgi-bin/webhook/send?key=k"
    assert json.loads(asked.body)["text"]["content"].startswith("Application 12")


@pytest.mark.parametrize(
    "text",
    [
        "Chen Yu 陈雨 comes at two", "陈雨下午两点来", "CHEN comes", "yu, at two", "Write to Chen.Yu@example.com",
        "Call 13800000000", "(chen)",
    ],
)  # fmt: skip
def test_a_group_never_gets_a_name_an_address_or_a_number(group: WebServer, text: str):
    assert refused(lambda: send(letter(Channel.GROUP, text=text)))[:2] == ("never", "name")
    assert group.asked == []


def test_a_part_of_a_word_is_no_name(group: WebServer):
    send(letter(Channel.GROUP, text="The kitchen at Yuquan Road"))
    assert len(group.asked) == 1
