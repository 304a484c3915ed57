"""`serve` and `worker`: what keeps running. Django is loaded inside them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import webbrowser

import click

from interview_analysis.errors import ConfigError
from interview_analysis.pipeline.cli.shared import CONTEXT, Command, with_plain_console
from interview_analysis.pipeline.common.console import Console
from interview_analysis.web.starting import migrate, start_django, start_with_data

FIRST = "admin@example.com"  # who signs in before anybody else is known
BEHIND = 5  # an analysis beside the pages steps back for them, and for answers that are practised


@click.command(cls=Command, context_settings=CONTEXT)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
@click.option(
    "--demo", is_flag=True, help="Fill in a made-up company, so that every page has something on it."
)
@click.option(
    "--no-worker",
    is_flag=True,
    help="Analyse nothing here; `interview-analysis worker` does, on any machine.",
)
@click.option("--certificate", type=click.Path(exists=True, dir_okay=False), help="PEM file for https.")
@click.option(
    "--key", type=click.Path(exists=True, dir_okay=False), help="PEM file of the certificate's key."
)
@click.option("--open/--no-open", "open_browser", default=False, help="Open a browser.")
@with_plain_console
def serve(
    console: Console,
    host: str,
    port: int,
    demo: bool,
    no_worker: bool,
    certificate: str | None,
    key: str | None,
    open_browser: bool,
) -> None:
    """Start the web application, with a worker beside it.

    \b
    Example:
      interview-analysis serve --demo
    """
    _listenable(host, port)
    _certified(certificate, key)
    scheme = "https" if certificate else "http"
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host
    os.environ.setdefault("PUBLIC_URL", f"{scheme}://{shown}:{port}")
    start_django()
    migrate()
    import uvicorn

    if demo:
        from interview_analysis.web.demo.company import fill

        fill()
    _first_link()
    click.echo(f"Listening on {os.environ['PUBLIC_URL']} (Ctrl-C stops)")
    ends = threading.Event()
    from interview_analysis.web.messages import sending

    sender = threading.Thread(target=sending.run, args=(ends,), name="outbox", daemon=True)
    sender.start()
    threading.Thread(
        target=_beside, args=(ends, demo, not no_worker), name="worker's keeper", daemon=True
    ).start()
    if open_browser:
        webbrowser.open(os.environ["PUBLIC_URL"])
    try:
        uvicorn.run(
            "interview_analysis.web.site.asgi:application",
            host=host,
            port=port,
            log_level="warning",
            ssl_certfile=certificate,
            ssl_keyfile=key,
            forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"),
            lifespan="off",
            server_header=False,
        )
    finally:
        ends.set()
        sender.join(timeout=30)  # so that what is being sent is not left as unknown


def _listenable(host: str, port: int) -> None:
    """Raises ConfigError where something else listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            raise ConfigError(
                f"cannot listen on {host}:{port}: {error.strerror}; choose another one with --port"
            ) from error


def _certified(certificate: str | None, key: str | None) -> None:
    """Raises ConfigError for one without the other, and for files that are no certificate and its key."""
    if bool(certificate) != bool(key):
        raise ConfigError("https takes both: --certificate CERT --key KEY")
    if certificate and key:
        import ssl

        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                f"{certificate} and {key} are no certificate and its key in PEM form without a password: {error}"
            ) from error


def _beside(ends: threading.Event, demo: bool, worker: bool) -> None:
    """What goes on beside the pages: the made-up company gets its recordings, one worker of each kind is kept running."""
    from interview_analysis.web.analysis.keeping import supervise

    if demo:
        from interview_analysis.web.demo.company import add_recordings

        if not add_recordings():
            click.echo(
                "The made-up company has no recordings: pip install 'interview-analysis[demo]'", err=True
            )
    if not worker:
        return

    command = [sys.executable, "-m", "interview_analysis.pipeline", "worker", "--parent", str(os.getpid())]

    def keep(*more: str) -> None:
        supervise(lambda: subprocess.run([*command, *more], check=False).returncode, ends)

    threading.Thread(target=keep, args=("--practice",), name="practice's keeper", daemon=True).start()
    keep()


@click.command(cls=Command, context_settings=CONTEXT)
@click.option(
    "--practice", is_flag=True, help="Hear answers that candidates practise, instead of analysing interviews."
)
@click.option("--parent", type=int, hidden=True, help="Process to end with.")
@with_plain_console
def worker(console: Console, practice: bool, parent: int | None) -> None:
    """Analyse what waits in the queue; several may run, on this and other machines.

    \b
    Examples:
      interview-analysis worker
      interview-analysis worker --practice
    """
    start_with_data()
    if practice:
        from interview_analysis.web.practice.worker import PracticeWorker

        PracticeWorker(parent).run()
        return
    from interview_analysis.web.analysis.worker import Worker
    from interview_analysis.web.answers.settling import settle_due
    from interview_analysis.web.exchange.deliveries import deliver_due, remove_done
    from interview_analysis.web.messages.sending import send_due

    if parent is not None:
        os.nice(BEHIND)
    Worker(parent, [send_due, deliver_due, settle_due], [remove_done]).run()


def _first_link() -> None:
    """While nobody has signed in yet, print a link for the first administrator; later, the command that prints one."""
    from interview_analysis.web.people.links import new_link
    from interview_analysis.web.people.models import Role, User

    administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    if User.objects.filter(last_login__isnull=False).exists():
        email = (
            FIRST if administrators.filter(email=FIRST).exists() else "EMAIL"
        )  # no log tells who works here
        click.echo(f"Signed out? `interview-analysis web createadmin {email}` prints a new link.")
        return
    first = administrators.first() or User.objects.create_user(
        FIRST, name="Administrator", role=Role.ADMINISTRATOR
    )
    click.echo(f"Sign in by this link, which works once: {new_link(first)}")
