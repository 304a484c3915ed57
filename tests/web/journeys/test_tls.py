"""A page over https in a real browser, with a certificate that was made for the test."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from playwright.sync_api import Browser

from tests.web.exchange.test_sending import certificate
from tests.web.test_commands import COMMAND, free_port, home

__all__ = ["certificate", "home"]


def test_the_first_administrator_signs_in_over_https(
    browser: Browser, home: dict[str, str], certificate: tuple[Path, Path]
):
    port = free_port()
    command = [*COMMAND, "serve", "--no-worker", "--port", str(port)]
    command += ["--certificate", str(certificate[0]), "--key", str(certificate[1])]
    process = subprocess.Popen(command, env=home, stdout=subprocess.PIPE, text=True)
    context = browser.new_context(ignore_https_errors=True)
    try:
        assert process.stdout is not None
        link = process.stdout.readline().split()[-1]
        assert link.startswith(f"https://localhost:{port}/people/enter/")
        process.stdout.readline()  # it listens
        page, faults, sockets = context.new_page(), [], []
        page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
        page.on("websocket", lambda s: sockets.append(s.url))
        _open(page, link)
        page.click("main form button")
        page.wait_for_url(re.compile(rf"^https://localhost:{port}/(?!people/enter)"))
        assert page.evaluate("() => window.isSecureContext"), "a camera may be asked for"
        cookies = {c["name"]: c for c in context.cookies()}
        assert {"sessionid", "csrftoken"} <= set(cookies)
        assert all(cookie["secure"] for cookie in cookies.values())
        assert cookies["sessionid"]["httpOnly"]
        assert (faults, sockets) == ([], [])
    finally:
        context.close()
        process.terminate()
        process.wait(timeout=30)


def _open(page, link: str) -> None:  # type: ignore[no-untyped-def]
    """Once the server answers."""
    for _ in range(100):
        try:
            page.goto(link)
            return
        except Exception as error:
            if "ERR_CONNECTION_REFUSED" not in str(error):
                raise
            page.wait_for_timeout(100)
