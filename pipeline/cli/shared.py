"""What commands share: their console, how an error reaches the user, headings in --help, and options."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from interview_analysis import __version__
from interview_analysis.errors import InterviewAnalysisError, ManifestError
from interview_analysis.pipeline.common.console import Console
from interview_analysis.pipeline.common.exits import Exit

if TYPE_CHECKING:
    from interview_analysis.pipeline.learning.scorer_source import ScorerSource

Decorated = Callable[..., Any]
CONTEXT: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
NOTE = f"{__name__}.note"  # key of click's meta: what to say before a command runs
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
FOLDER.name = "folder"  # click would say directory


class Group(click.Group):
    """Commands in the order in which they are added."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(self.commands)


class Command(click.Command):
    """A command whose --help has the options of `under` below their headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option) and (record := parameter.get_help_record(ctx)) is not None:
                records.setdefault(heading_of(parameter), []).append(record)
        for heading, lines in records.items():
            with formatter.section(heading):
                formatter.write_dl(lines)


def under(heading: str, *options: Decorated) -> Callable[[Decorated], Decorated]:
    """Give a command `options`, which --help shows below `heading`."""

    def add(command: Decorated) -> Decorated:
        for option in reversed(options):
            command = option(command)
            command.__click_params__[-1].heading = heading  # type: ignore[attr-defined]
        return command

    return add


def heading_of(parameter: click.Parameter) -> str:
    return str(getattr(parameter, "heading", "Options"))


quiet_option = click.option("--quiet", "-q", is_flag=True, help="Print nothing but results and errors.")
log_format_option = click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="How progress and messages are written to stderr.",
)  # fmt: skip

scorer_option = click.option(
    "--scorer", metavar="MODEL",
    help="A model that learned from ratings: models:/NAME@champion of the MLflow store (--mlflow, or mlflow.db here), or a "
    "folder; its score stands beside the rubric's.",
)  # fmt: skip
format_option = click.option(
    "--format", "output", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="How the result is printed.",
)  # fmt: skip


def lang_option(help_text: str) -> Decorated:
    """``--lang auto|zh|en``, of which auto is the default."""
    return click.option(
        "--lang", type=click.Choice(["auto", "zh", "en"]), default="auto", show_default=True, help=help_text
    )


def pinned_scorer(scorer: str | None, tracking_uri: str | None) -> ScorerSource | None:
    """What `scorer_option` was given names now, None where it was not given. Raises ModelError for no model."""
    if scorer is None:
        return None
    from interview_analysis.pipeline.learning.scorer_source import DEFAULT_URI, pinned

    return pinned(scorer, tracking_uri or DEFAULT_URI)


def with_console(command: Decorated) -> Decorated:
    """The command has --quiet and --log-format and takes the Console that they make; its errors become exit codes."""

    @wraps(command)
    def run(*arguments: Any, quiet: bool, log_format: str, **options: Any) -> None:
        _run(command, Console(quiet=quiet, log_format=log_format), arguments, options)

    return under("Messages", quiet_option, log_format_option)(run)


def with_plain_console(command: Decorated) -> Decorated:
    """`with_console` for a command that has nothing to say on its way."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        _run(command, Console(), arguments, options)

    return run


def _run(command: Decorated, console: Console, arguments: Any, options: dict[str, Any]) -> None:
    if note := click.get_current_context().meta.get(NOTE):
        console.info(note)
    with errors_in_one_line(console):
        command(console, *arguments, **options)


@contextmanager
def errors_in_one_line(console: Console) -> Iterator[None]:
    """One line on stderr and an exit code for whatever ends a command early."""
    try:
        yield
    except ManifestError as error:  # all of its mistakes, one a line
        for line in str(error).splitlines():
            console.error(line)
        sys.exit(Exit.USAGE)
    except InterviewAnalysisError as error:
        console.error(str(error))
        sys.exit(Exit.USAGE)
    except BrokenPipeError:  # whoever reads, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.DONE)
    except OSError as error:  # a file that vanished or a disk that filled up under way
        name = f"{error.filename}: " if error.filename else ""
        console.error(f"{name}{error.strerror or error}; check that it is there, readable and has space")
        sys.exit(Exit.USAGE)
    except KeyboardInterrupt as stop:
        console.error(str(stop) or "stopped before the end; run the same command again")
        sys.exit(Exit.INTERRUPTED)
    except (click.ClickException, click.exceptions.Exit, click.Abort):  # what click ends by itself
        raise
    except Exception as error:  # noqa: BLE001 - the last place that can tell the user
        console.error(_fault(error))
        sys.exit(Exit.FAULT)


def _fault(error: Exception) -> str:
    """What to say of an error that nobody foresaw; its traceback goes to a file that only its owner may read."""
    kind = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}".removesuffix(": ")
    told = f"this is a fault of interview-analysis {__version__} ({kind})"
    try:
        handle, name = tempfile.mkstemp(prefix="interview-analysis-fault-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write("".join(traceback.format_exception(error)))
    except OSError as failed:
        return f"{told}; its traceback could not be written ({failed.strerror}): {traceback.format_exc()}"
    return f"{told}; please report it with the traceback in {name}"
