"""Asking a language model, against a real server on this machine: what is sent, what comes back, what goes wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from interview_analysis.errors import ProfileError
from interview_analysis.pipeline.job.llm import KEY_VARIABLE, LlmSettings, enrich_profile
from interview_analysis.scoring.jobs.enrich import Enrichment
from tests.scoring.jobs.enrichment import CHINESE, ENGLISH, LIBRARY, RULES, profile, proposal

KEY = "sk-very-secret-0123456789"


@dataclass
class Reply:
    """What the server answers once. With `wait` it keeps still until the test is over, with `drips` it sends its body
    again and again.
    """

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: bool = False
    drips: bool = False


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Server:
    """Answers with `replies` in turn, the last one again and again, and remembers what it was asked."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[Asked] = []
        self.over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                outer.asked.append(Asked(self.command, self.path, dict(self.headers), body))
                reply = outer.replies.pop(0) if len(outer.replies) > 1 else outer.replies[0]
                if reply.wait:
                    outer.over.wait(30)
                data = reply.body.encode() if isinstance(reply.body, str) else reply.body
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(data)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)
                while reply.drips and not outer.over.wait(0.01):
                    self.wfile.write(data)

            do_GET = do_POST = _answer  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hung up
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"

    def sent(self) -> dict[str, Any]:
        request: dict[str, Any] = json.loads(self.asked[-1].body)
        return request


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    made = Server()
    thread = threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.over.set()
    made.http.shutdown()
    made.http.server_close()
    thread.join()


def message(content: str | None, **choice: Any) -> str:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}, **choice}]})


GOOD = message(json.dumps(proposal()))


def ask(server: Server, *replies: Reply | str, **settings: Any) -> Enrichment:
    server.replies = [r if isinstance(r, Reply) else Reply(r) for r in replies]
    chosen = LlmSettings(**({"url": server.url, "model": "a-model"} | settings))
    return enrich_profile(profile(), ENGLISH, LIBRARY, RULES, chosen)


def complaint(server: Server, *replies: Reply | str, **settings: Any) -> str:
    with pytest.raises(ProfileError) as caught:
        ask(server, *replies, **settings)
    text = str(caught.value)
    assert "\n" not in text
    assert "user research data" not in text
    return text


def test_a_good_answer_is_taken_in_and_the_request_is_repeatable(server):
    result = ask(server, GOOD)
    assert result.summary() == "3 of 3 proposals taken in"
    assert result.profile.description
    assert result.profile.description.model == "a-model"
    first = server.asked[-1]
    assert (first.method, first.path) == ("POST", "/v1/chat/completions")
    assert "Authorization" not in first.headers
    sent = server.sent()
    assert (sent["model"], sent["temperature"], sent["seed"], sent["stream"]) == ("a-model", 0, 0, False)
    assert "Work from user research data" in sent["messages"][1]["content"]
    assert ask(server, GOOD) == result
    assert server.asked[-1].body == first.body
    assert ask(server, GOOD, url=server.url + "/") == result


def test_a_fenced_answer_is_read(server):
    fenced = message(f"```json\n{json.dumps(proposal(), ensure_ascii=False)}\n```")
    assert ask(server, fenced).taken == 3


def test_chinese_goes_there_and_back(server):
    server.replies = [Reply(message(json.dumps(proposal(indicators=[]), ensure_ascii=False)))]
    settings = LlmSettings(server.url, "a-model")
    result = enrich_profile(profile(CHINESE, "zh"), CHINESE, LIBRARY, RULES, settings)
    assert "根据用户调研数据梳理用户需求" in server.sent()["messages"][1]["content"]
    assert (result.taken, len(result.refusals)) == (1, 1)


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ("", "0 bytes that are no JSON"),
        ("<html><body>Welcome</body></html>", "33 bytes that are no JSON; check that the URL is that of an API"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        ("null", "answered without a message"),
        ("[]", "answered without a message"),
        ('{"error": "no"}', "answered without a message"),
        ('{"choices": []}', "answered without a message"),
        ('{"choices": [null]}', "answered without a message"),
        (message(None), "answered without a message"),
        (message('{"indicators": [', finish_reason="length"), "cut the answer off"),
        (message("I cannot help with that."), "the language model answered with 24 characters that are no JSON"),
        (message('{"dims": 3}'), "without the lists indicators, questions, dimensions"),
    ],
)  # fmt: skip
def test_what_is_no_proposal_is_an_error_in_one_line(server, body, part):
    text = complaint(server, Reply(body))
    assert part in text
    assert "leave --llm-url out" in text


@pytest.mark.parametrize(
    ("status", "part"),
    [
        (400, "HTTP status 400; check that --llm-model names a chat model"),
        (401, f"HTTP status 401; put its key into {KEY_VARIABLE}"),
        (403, f"check the key in {KEY_VARIABLE}"),
        (404, "check the URL, which mostly ends in /v1, and --llm-model"),
        (418, "HTTP status 418; check the URL"),
        (429, "wait until it takes requests again"),
    ],
)
def test_a_refusal_says_what_to_do_and_is_not_tried_again(server, monkeypatch, status, part):
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    text = complaint(server, Reply(f"<html>wrong key {KEY} for: Work from user research data</html>", status))
    assert part in text
    assert KEY not in text
    assert len(server.asked) == 1


def test_a_failing_server_is_tried_twice(server):
    assert ask(server, Reply("oops", 500), GOOD).taken == 3
    assert len(server.asked) == 2
    text = complaint(server, Reply("oops", 503), Reply("oops", 500))
    assert "failed with HTTP status 500, 2 times" in text
    assert len(server.asked) == 4


def test_a_slow_server_is_tried_twice(server):
    text = complaint(server, Reply(GOOD, wait=True), timeout_s=0.1)
    assert "gave no whole answer within 0.1 s, 2 times" in text


def test_a_server_that_never_ends_its_answer_is_given_up(server):
    text = complaint(server, Reply(b" ", headers={"Content-Length": "100000"}, drips=True), timeout_s=0.1)
    assert "gave no whole answer within 0.1 s, 2 times" in text


def test_a_huge_answer_is_not_read_to_its_end(server):
    text = complaint(server, Reply(b" " * 300_000), max_response_bytes=100_000)
    assert "more than 100,000 bytes" in text
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server, monkeypatch, status):
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    other = f"http://localhost:{server.http.server_port}/elsewhere"
    text = complaint(server, Reply("", status, {"Location": other}))
    assert "sends on to another address, which is not followed" in text
    assert [asked.path for asked in server.asked] == ["/v1/chat/completions"]


def test_a_server_that_does_not_run_is_named(server):
    gone = Server()
    gone.http.server_close()
    text = complaint(server, GOOD, url=gone.url)
    assert text.startswith(
        f"http://127.0.0.1:{gone.http.server_port} cannot be talked to (Connection refused)"
    )
    assert "start the server, check the URL, or leave --llm-url out" in text


def test_the_key_is_sent_and_appears_nowhere_else(server, monkeypatch, capfd, caplog):
    monkeypatch.setenv(KEY_VARIABLE, f" {KEY}\n")
    settings = LlmSettings(server.url, "a-model")
    server.replies = [Reply(GOOD)]
    result = enrich_profile(profile(), ENGLISH, LIBRARY, RULES, settings)
    asked = server.asked[-1]
    assert asked.headers.pop("Authorization") == f"Bearer {KEY}"
    told = (repr(settings), result.profile.model_dump_json(), result.summary(), repr(asked), caplog.text)
    assert not any(KEY in text for text in (*told, *capfd.readouterr()))


@pytest.mark.parametrize("key", ["sk-secret\nHost: evil", "sk secret", "sk-密钥"])
def test_a_key_that_is_none_is_not_shown(server, monkeypatch, key):
    monkeypatch.setenv(KEY_VARIABLE, key)
    text = complaint(server, GOOD)
    assert text == f"{KEY_VARIABLE} holds spaces or characters that no key has; set it again"
    assert server.asked == []


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("", "one that is empty"),
        ("localhost:11434/v1", "neither http:// nor https://"),
        ("file:///etc/passwd", "neither http:// nor https://"),
        ("ftp://secret.example/v1", "neither http:// nor https://"),
        ("http:///v1", "without a host"),
        ("http://localhost:0/v1", "without a host"),
        ("http://localhost:port/v1", "cannot be read"),
        ("http://[::1/v1", "cannot be read"),
        ("http://me:secret@localhost/v1", f"with a password (put the key into {KEY_VARIABLE})"),
        ("http://localhost/v1?key=secret", "with a ? or #"),
        ("http://localhost/v1#secret", "with a ? or #"),
        ("http://localhost/v1 secret", "has spaces"),
        ("http://localhost/v1\r\nX: secret", "has spaces"),
    ],
)
def test_a_wrong_url_is_refused_without_repeating_it(server, url, part):
    text = complaint(server, GOOD, url=url)
    assert part in text
    assert "expected an address such as http://localhost:11434/v1" in text
    assert "secret" not in text
    assert server.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_proxy_of_the_environment_does_not_stand_before_this_machine(server, monkeypatch, host):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert ask(server, GOOD, url=f"http://{host}:{server.http.server_port}/v1").taken == 3


def test_a_proxy_of_the_environment_is_used_for_other_machines(server, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.http.server_port}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert ask(server, GOOD, url="http://models.invalid/v1").taken == 3
    assert server.asked[-1].path == "http://models.invalid/v1/chat/completions"


def test_a_proxy_that_cannot_be_used_is_named(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    text = complaint(server, GOOD, url="http://models.invalid/v1")
    assert "http://models.invalid cannot be talked to (unknown url type: socks5)" in text
    assert server.asked == []


def test_the_only_model_of_a_server_is_taken_when_none_is_named(server):
    result = ask(server, json.dumps({"data": [{"id": "qwen3:8b"}]}), GOOD, model="")
    assert [(a.method, a.path) for a in server.asked] == [
        ("GET", "/v1/models"),
        ("POST", "/v1/chat/completions"),
    ]
    assert server.sent()["model"] == "qwen3:8b"
    assert result.profile.description
    assert result.profile.description.model == "qwen3:8b"


@pytest.mark.parametrize(
    ("listed", "part"),
    [
        ({"data": [{"id": "a"}, {"id": "b"}]}, "it has 2: a, b; choose one with --llm-model"),
        ({"data": []}, "it names none; choose one with --llm-model"),
        ({"data": [{"id": "\u001b[31mred"}]}, "it names none"),
        ({"data": [{}, 3]}, "it names none"),
        ([], "it names none"),
    ],
)
def test_without_a_name_the_model_must_be_clear(server, listed, part):
    assert part in complaint(server, json.dumps(listed), model="")


def test_what_cannot_be_enriched_is_never_sent(server):
    done = ask(server, GOOD).profile
    with pytest.raises(ProfileError, match="before"):
        enrich_profile(done, ENGLISH, LIBRARY, RULES, LlmSettings(server.url, "a-model"))
    assert len(server.asked) == 1
