"""Where a message may go: to public addresses alone, once resolved, without following anywhere, within a limit."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from interview_analysis.web.exchange import sending
from interview_analysis.web.exchange.sending import SendingError, is_public, post
from tests.web.exchange.receiver import Receiver


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    ],
)  # fmt: skip
def test_these_addresses_are_not_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_these_addresses_are_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f000001", "127.1"])
def test_nothing_is_sent_to_this_machine(host: str):
    with Receiver([204]).running() as receiver:
        port = receiver.url.split(":")[2].split("/")[0]
        with pytest.raises(SendingError) as error:
            post(f"http://{host}:{port}/", b"{}", {})
    assert error.value.fault == "address"
    assert receiver.received == []


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch):
    """A name that answers with a public address first and with this machine next, as rebinding does."""
    asked: list[str] = []
    connected: list[tuple[str, int]] = []

    def resolve(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(sending.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(sending.socket, "create_connection", connect)
    with pytest.raises(SendingError) as error:
        post("https://rebinding.example/hook", b"{}", {})
    assert error.value.fault == "connection"
    assert asked == ["rebinding.example"]
    assert connected == [("93.184.216.34", 443)]


def test_one_private_address_among_several_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch):
    def resolve(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, 1, 6, "", (a, port)) for a in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(sending.socket, "getaddrinfo", resolve)
    with pytest.raises(SendingError) as error:
        post("https://two.example/", b"{}", {})
    assert error.value.fault == "address"


def test_the_raw_bytes_arrive_with_their_headers():
    body = '{"a": "陈雨", "b":  1}'.encode()
    with Receiver([204]).running() as receiver:
        assert post(receiver.url, body, {"webhook-id": "m1"}, private=True) == 204
    headers, received = receiver.received[0]
    assert received == body
    assert headers["webhook-id"] == "m1"
    assert headers["host"] == receiver.url.split("/")[2]


def test_a_redirect_is_not_followed():
    with Receiver([204]).running() as other, Receiver([307], {"Location": other.url}).running() as receiver:
        assert post(receiver.url, b"{}", {}, private=True) == 307
    assert len(receiver.received) == 1
    assert other.received == []


def test_the_limit_holds_for_an_answer_that_drips():
    began = time.monotonic()
    with Receiver([204], drip_s=0.2).running() as receiver, pytest.raises(SendingError) as error:
        post(receiver.url, b"{}", {}, private=True, limit_s=0.5)
    assert error.value.fault == "time"
    assert time.monotonic() - began < 5


def test_the_limit_holds_for_a_name_that_is_looked_up_for_long(monkeypatch: pytest.MonkeyPatch):
    ends = threading.Event()
    monkeypatch.setattr(sending.socket, "getaddrinfo", lambda *_, **__: ends.wait(30) and [])
    with pytest.raises(SendingError) as error:
        post("https://slow.example/", b"{}", {}, limit_s=0.1)
    ends.set()
    assert error.value.fault == "time"


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 2\r\n", b"x" * 5000])
def test_what_is_no_http_is_no_answer(answer: bytes):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(SendingError) as error:
            post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, private=True)
        thread.join()
    assert error.value.fault in ("answer", "connection")


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(SendingError) as error:
        post(f"http://127.0.0.1:{port}/", b"{}", {}, private=True)
    assert error.value.fault == "connection"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of the name "localhost", and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(plain)
    return folder / "cert.pem", folder / "key.pem"


@pytest.mark.parametrize(
    ("host", "trusted", "arrives"), [("localhost", True, True), ("127.0.0.1", True, False), ("localhost", False, False)]
)  # fmt: skip
def test_https_needs_a_trusted_certificate_of_the_name(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, host: str, trusted: bool, arrives: bool
):
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with Receiver([204], certificate=certificate).running() as receiver:
        url = receiver.url.replace("http://127.0.0.1", f"https://{host}")
        if arrives:
            assert post(url, b"{}", {}, private=True) == 204
        else:
            with pytest.raises(SendingError) as error:
                post(url, b"{}", {}, private=True)
            assert error.value.fault == "connection"
    assert len(receiver.received) == int(arrives)
