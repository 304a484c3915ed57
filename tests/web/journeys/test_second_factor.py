"""A second factor, set up and used in a real browser: an authenticator's codes, recovery codes, a passkey of a device."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time

from playwright.sync_api import Page, expect

from tests.web.journeys.conftest import Visit
from tests.web.journeys.server import PASSWORD

SOMEBODY, SOMEBODY_ELSE = "dora.codes@example.com", "kim.keys@example.com"
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def code_of(secret: str, period_s: int = 30) -> str:
    """The code of an authenticator now (RFC 6238, SHA-1, six digits)."""
    digest = hmac.new(
        base64.b32decode(secret), struct.pack(">Q", int(time.time()) // period_s), hashlib.sha1
    ).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def confirm_password(page: Page) -> None:
    """Asked again before a factor is set up, where the sign-in is a while ago."""
    if "reauthenticate" in page.url:
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")


def test_an_authenticator_and_its_recovery_codes(visit: Visit):
    page = visit(SOMEBODY).page
    page.goto("/account/2fa/totp/activate/")
    confirm_password(page)
    picture = page.locator("main img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("img => img.naturalWidth") > 0  # the page's policy lets the code to scan be seen
    page.fill("[name=code]", code_of(page.locator("#authenticator_secret").input_value()))
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "activate" not in url)  # the next page would break off what was sent
    page.goto("/account/2fa/recovery-codes/")
    codes = re.findall(r"\b[0-9a-z]{8,}\b", page.locator("main textarea").input_value())
    assert len(codes) == 10
    page.get_by_role("button", name="Sign out").click()
    again = visit(SOMEBODY).page
    again.goto("/people/me")
    assert "/2fa/authenticate" in again.url, "the password alone lets nobody in"
    for code, told in (("000000", "Incorrect code"), (codes[0], "")):
        again.fill("[name=code]", code)
        again.locator("[name=code]").press("Enter")
        if told:
            expect(again.locator("main")).to_contain_text(told)
    again.wait_for_url(lambda url: "/2fa/" not in url)
    again.goto("/people/me")
    expect(again.locator("[name=name]")).to_have_value("Dora Codes")


def test_a_passkey_signs_in_without_a_password(visit: Visit):
    page = visit(SOMEBODY_ELSE).page
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
    page.goto("/account/2fa/webauthn/add/")
    confirm_password(page)
    page.fill("[name=name]", "My computer")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/webauthn/add" not in url)
    assert len(session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]) == 1
    page.get_by_role("button", name="Sign out").click()
    page.goto("/account/login/")
    page.get_by_role("button", name="passkey").click()
    page.wait_for_url(lambda url: "/account/login" not in url)
    page.goto("/people/me")
    expect(page.locator("[name=name]")).to_have_value("Kim Keys")
