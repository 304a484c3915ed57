"""Mail: one conversation over real SMTP, what it holds, and what becomes of a message when the server says no."""

from __future__ import annotations

import email
from email import policy
from email.message import EmailMessage

import pytest
from django.conf import LazySettings
from django.conf import settings as django_settings

from interview_analysis.web.hiring.models import Candidate
from interview_analysis.web.messages import bounces, calendars, kinds, sending
from interview_analysis.web.messages.kinds import Kind
from interview_analysis.web.messages.models import Message
from interview_analysis.web.privacy.models import Entry
from tests.web.conftest import Company
from tests.web.messages.conftest import AT, LINK, Put, Visit, now_again
from tests.web.messages.servers import MailServer

HOSTILE = (
    "<script>alert(1)</script>",
    "Bcc: all@example.com\r\nBcc: all@example.com",
    "👩🏽‍💻 Ada 🎉",
    "محمد العلي",
    "\u202eevil\u202c",
    "张" * 300,
    "'; DROP TABLE people; --",
)


def read(server: MailServer) -> EmailMessage:
    assert len(server.mails) == 1
    found = email.message_from_bytes(server.mails[0], policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def test_a_real_conversation_with_text_html_and_calendar(
    put: Put, mail_server: MailServer, company: Company, visit: Visit, monkeypatch: pytest.MonkeyPatch,
    settings: LazySettings,
):  # fmt: skip
    settings.COMPANY_NAME, settings.DEFAULT_FROM_EMAIL = "示例公司, Ltd. <x>", "HR <hr@example.com>"
    Candidate.objects.update(language="zh-hans")
    appointment = calendars.appoint(company.interview, AT, AT.replace(hour=7))
    with_file = Kind(
        "visit", "Visit", visit.still_wanted, visit.context,
        lambda m: [calendars.calendar_file(appointment, title="面试", text=LINK, attendee=m.candidate.email)],
    )  # fmt: skip
    monkeypatch.setitem(kinds._KINDS, "visit", with_file)
    company.candidate.refresh_from_db()
    settings.DEFAULT_ZONE = "Asia/Shanghai"
    (message,) = put()
    assert sending.send_one()
    mail = read(mail_server)
    assert mail_server.envelopes == [("<hr@example.com>", ["<chen.yu@example.com>"])]
    assert mail["To"] == "chen.yu@example.com"
    assert mail["From"].addresses[0].display_name == "示例公司, Ltd. <x>"
    assert mail["From"].addresses[0].addr_spec == "hr@example.com"
    when = "2027年3月1日（星期一）北京时间14:00（UTC+8）"
    assert mail["Subject"].strip() == f"Chen Yu 陈雨: {when}"
    assert mail["Content-Language"] == "zh-hans"
    assert message.key.hex in mail["Message-ID"]
    for text in (part(mail, "plain"), part(mail, "html")):
        assert when in text
        assert LINK in text
        assert mail["List-Unsubscribe"].strip("<>") in text
    assert 'lang="zh-CN"' in part(mail, "html")
    calendar = [p for p in mail.walk() if p.get_content_type() == "text/calendar"]
    assert [p.get_param("method") for p in calendar] == ["REQUEST"]
    assert "BEGIN:VEVENT" in calendar[0].get_content()
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("interview.ics", "application/ics")
    kept = now_again(message)
    assert (kept.state, kept.sent_to, kept.attempts, kept.next_at) == ("sent", "chen.yu@example.com", 1, None)
    assert when in kept.sent_text
    assert not sending.send_one()


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_gets_out_of_its_place(put: Put, mail_server: MailServer, name: str):
    Candidate.objects.update(name=name)
    put()
    assert sending.send_one()
    mail = read(mail_server)
    assert mail_server.envelopes[0][1] == ["<chen.yu@example.com>"]
    assert mail["Bcc"] is None
    assert set(mail) <= {
        "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted",
        "Content-Language", "List-Unsubscribe", "Content-Transfer-Encoding",
    }  # fmt: skip
    assert len(mail["Subject"].strip()) <= 250
    assert not any(ord(letter) < 32 for letter in mail["Subject"])
    assert "\u202e" not in mail["Subject"]
    assert "<script>" not in part(mail, "html")
    assert name.strip().splitlines()[0] in part(mail, "plain")


@pytest.mark.parametrize(
    "address",
    ["a@example.com\nBcc: b@example.com", "a@example.com\r\n", "a b@example.com", "nobody", "a@b@c"],
)
def test_an_address_that_is_none_is_refused_for_good(put: Put, mail_server: MailServer, address: str):
    (message,) = put()
    Candidate.objects.update(email=address)
    assert sending.send_one()
    assert mail_server.envelopes == []
    assert (now_again(message).state, now_again(message).fault) == ("failed", "address")


@pytest.mark.parametrize(
    ("replies", "state", "fault", "detail"),
    [
        ({"RCPT": "550 5.1.1 no such user"}, "failed", "refused", "550"),
        ({"RCPT": "451 greylisted"}, "waiting", "later", "451"),
        ({"MAIL": "552 full"}, "failed", "refused", "552"),
        ({"after data": "554 spam"}, "failed", "refused", "554"),
        ({"after data": "452 later"}, "waiting", "later", "452"),
        ({"after data": "drop"}, "unknown", "answer", ""),
        ({"EHLO": "drop", "HELO": "drop"}, "waiting", "connection", ""),
    ],
)
def test_what_the_server_says_decides(
    put: Put, mail_server: MailServer, replies: dict[str, str], state: str, fault: str, detail: str
):
    mail_server.replies = replies
    (message,) = put()
    assert sending.send_one()
    found = now_again(message)
    assert (found.state, found.fault, found.detail) == (state, fault, detail)
    assert (found.next_at is not None) == (state == "waiting")


def test_no_server_there_is_tried_later(put: Put, settings: LazySettings):
    settings.EMAIL_CONFIG, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp://x", "127.0.0.1", 9
    (message,) = put()
    assert sending.send_one()
    assert (now_again(message).state, now_again(message).fault) == ("waiting", "connection")


def test_without_a_server_a_mail_is_a_file_that_only_its_owner_reads(put: Put):
    (message,) = put()
    assert sending.send_one()
    path = django_settings.HOME.mail / f"{message.key.hex}.eml"
    assert path.stat().st_mode & 0o777 == 0o600
    mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert LINK in part(mail, "plain")
    assert now_again(message).file == path.name
    assert not list(django_settings.HOME.mail.glob("*.partial"))


def test_the_database_keeps_no_link_of_what_was_sent(put: Put, mail_server: MailServer):
    (message,) = put()
    assert sending.send_one()
    assert LINK in part(read(mail_server), "plain")
    row = Message.objects.filter(pk=message.pk).values().get()
    token = LINK.rstrip("/").rpartition("/")[2]
    assert all(token not in str(value) for value in row.values())
    assert "https://hr.example.com/c/…/" in row["sent_text"]
    assert "/c/messages/…" in row["sent_text"]


def report_of(message: Message, action: str = "failed") -> bytes:
    return (
        "From: MAILER-DAEMON@example.com\r\nTo: hr@example.com\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
        f"Final-Recipient: rfc822; chen.yu@example.com\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 unknown\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message.key.hex}@localhost>\r\n\r\n--b--\r\n"
    ).encode()


def test_a_mail_that_comes_back_is_shown_as_such(put: Put, mail_server: MailServer):
    (message,) = put()
    assert sending.send_one()
    assert bounces.take(report_of(message, "delayed")) is None
    assert bounces.take(b"Subject: hello\r\n\r\nno report") is None
    assert bounces.take(report_of(message)) == message
    found = now_again(message)
    assert (found.state, found.fault, found.detail) == ("bounced", "refused", "5.1.1")
    assert bounces.take(report_of(message)) is None, "once"


def test_the_trail_tells_of_messages_without_personal_values(put: Put, mail_server: MailServer):
    put()
    sending.send_one()
    told = Entry.objects.filter(action__startswith="message.")
    assert [entry.action for entry in told.order_by("number")] == ["message.put", "message.sent"]
    for entry in told:
        for personal in ("Chen", "chen.yu", LINK):
            assert personal not in str(entry.details)
