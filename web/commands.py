"""The commands of the application: `serve`, `worker`, and `web`, which looks after its data. Django is loaded inside them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from interview_analysis.pipeline.cli.shared import CONTEXT, Command, Group, with_plain_console
from interview_analysis.pipeline.common.console import Console
from interview_analysis.web.serving import serve, worker
from interview_analysis.web.starting import migrate, start_django, start_with_data


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
    start_with_data()
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
    start_with_data()
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
    start_with_data()
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
    start_with_data()
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
