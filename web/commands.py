"""`serve`, `worker` and `web`: the commands of the application. Django is loaded inside them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import webbrowser
from pathlib import Path

import click

from interview_analysis.errors import ConfigError
from interview_analysis.pipeline.cli.shared import CONTEXT, Command, Group, with_plain_console
from interview_analysis.pipeline.common.console import Console

BEHIND = 5  # an analysis beside the pages steps back for them, and for answers that are practised
SETTINGS = "interview_analysis.web.site.settings"


def start_django() -> None:
    """Load the settings and every room."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    try:
        import django

        django.setup()
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"the web application needs more packages ({error.name} is missing): pip install 'interview-analysis[web]'"
        ) from error
    from interview_analysis.web.site import store

    store.check()


def migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


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
    start_django()
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
    """While nobody has signed in yet, print a link for the first administrator; later, how to get one."""
    from interview_analysis.web.people.links import new_link
    from interview_analysis.web.people.models import Role, User

    if User.objects.filter(last_login__isnull=False).exists():
        click.echo("Locked out? `interview-analysis web createadmin EMAIL` prints a new link.")
        return
    first = User.objects.filter(role=Role.ADMINISTRATOR).first() or User.objects.create_user(
        "admin@example.com", name="Administrator", role=Role.ADMINISTRATOR
    )
    click.echo(f"Sign in by this link, which works once: {new_link(first)}")


@click.group(cls=Group, context_settings=CONTEXT)
def web() -> None:
    """Look after the web application's data."""


@web.command("migrate", cls=Command)
@with_plain_console
def migrate_command(console: Console) -> None:
    """Bring the database to this version.

    \b
    Example:
      interview-analysis web migrate
    """
    start_django()
    migrate()
    click.echo("The database is up to date.")


@web.command(cls=Command)
@click.argument("email")
@click.option("--name", default="Administrator", show_default=True, help="How the person is called.")
@with_plain_console
def createadmin(console: Console, email: str, name: str) -> None:
    """Make an administrator, or a new link for one, and print the link.

    \b
    Example:
      interview-analysis web createadmin me@example.com --name "Lin Wei"
    """
    start_django()
    migrate()
    from interview_analysis.web.people.links import new_link
    from interview_analysis.web.people.models import Role, User

    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email, name=name, role=Role.ADMINISTRATOR)
    elif user.role != Role.ADMINISTRATOR or not user.is_active:
        raise click.ClickException(
            f"{email} is known and is no active administrator; change that on the page of people"
        )
    click.echo(new_link(user))


@web.command("export-ratings", cls=Command)
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--names", is_flag=True, help="Names of raters and candidates instead of pseudonyms.")
@with_plain_console
def export_ratings_command(console: Console, out: Path, names: bool) -> None:
    """Write the submitted scorecards as the ratings that `train` learns from.

    OUT is a .csv or .parquet file for the ratings of a batch's interviews, or a folder, which gets what was measured
    here and the settings of `train` as well.

    \b
    Examples:
      interview-analysis web export-ratings ratings
      interview-analysis learn train --config ratings/train.yaml --data ratings
    """
    start_django()
    from interview_analysis.web.exchange.ratings import export_ratings

    made = export_ratings(out, names=names)
    measured = "" if made.measured is None else f", {made.measured} of them measured"
    click.echo(f"{made.scorecards} scorecards of {made.interviews} interviews{measured}: {out}")


@web.command("backup", cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_plain_console
def backup_command(console: Console, file: Path) -> None:
    """Write the database, the files of people and the secret key to FILE, while the application runs.

    \b
    Example:
      interview-analysis web backup /backups/2026-11-29.tar
    """
    start_django()
    from interview_analysis.web.backup import backup

    made = backup(file)
    click.echo(f"Kept {made.files} files and the database, {made.size_bytes} bytes: {file}")


@web.command("restore", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Set aside what is there, and put the backup in its place.")
@with_plain_console
def restore_command(console: Console, file: Path, force: bool) -> None:
    """Put a backup in place, once every file in it is what was kept. Stop `serve` and the workers first.

    \b
    Example:
      interview-analysis web restore /backups/2026-11-29.tar
    """
    start_django()
    from interview_analysis.web.backup import restore

    made = restore(file, force=force)
    click.echo(f"Restored the database and {made.files} files.")


@web.command("demo", cls=Command)
@click.option("--remove", is_flag=True, help="Remove it, with all that its people made.")
@with_plain_console
def demo_command(console: Console, remove: bool) -> None:
    """Add the made-up company, or remove it.

    \b
    Example:
      interview-analysis web demo --remove
    """
    start_django()
    migrate()
    from interview_analysis.web.demo import company

    if remove:
        company.remove(None)
        click.echo("The made-up company is gone.")
        return
    company.fill()
    if not company.add_recordings():
        raise click.ClickException("it has no recordings: pip install 'interview-analysis[demo]'")
    click.echo("The made-up company is there.")


@web.command("bounce", cls=Command)
@with_plain_console
def bounce_command(console: Console) -> None:
    """Read the report of a mail that came back from standard input, and show its message as such.

    A mail server calls it with what arrives at the address of EMAIL_FROM; other mails are left alone.

    \b
    Example:
      interview-analysis web bounce < report.eml
    """
    start_django()
    from interview_analysis.web.messages import bounces

    found = bounces.take(sys.stdin.buffer.read(bounces.MAX_BYTES))
    click.echo("No message of ours came back." if found is None else f"Message {found.key} came back.")


@web.command(cls=Command)
@with_plain_console
def check(console: Console) -> None:
    """Verify the trail and the files: exit code 1 where an entry was changed or removed, or a file is missing.

    \b
    Example:
      interview-analysis web check
    """
    start_django()
    from interview_analysis.web.backup import missing_files
    from interview_analysis.web.privacy.trail import check as check_trail

    found = check_trail()
    if found.broken is not None:
        click.echo(
            f"The trail is broken at entry {found.broken}: it, or one before it, was changed or removed."
        )
        sys.exit(1)
    click.echo(f"The trail holds: {found.entries} entries, the last with the hash {found.head}.")
    missing = missing_files()
    if missing:
        click.echo(f"{len(missing)} files are missing, such as {missing[0]}.")
        sys.exit(1)
    click.echo("All files are there.")


COMMANDS = (serve, worker, web)
