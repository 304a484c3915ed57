"""Options that commands share, and how an error reaches the user."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from interview_analysis.errors import InterviewAnalysisError, ManifestError
from interview_analysis.pipeline.common.console import Console

if TYPE_CHECKING:
    from interview_analysis.pipeline.learning.scorer_source import ScorerSource

EXIT_BAD_INPUT = 2
Command = TypeVar("Command", bound=Callable[..., Any])

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


def lang_option(help_text: str) -> Callable[[Command], Command]:
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


@contextmanager
def errors_in_one_line(console: Console) -> Iterator[None]:
    """One line on stderr and exit code 2 for what the user can mend; 130 for Ctrl-C."""
    try:
        yield
    except ManifestError as error:  # all of its mistakes, one a line
        for line in str(error).splitlines():
            console.error(line)
        sys.exit(EXIT_BAD_INPUT)
    except InterviewAnalysisError as error:
        console.error(str(error))
        sys.exit(EXIT_BAD_INPUT)
    except OSError as error:  # a file that vanished or a disk that filled up under way
        name = f"{error.filename}: " if error.filename else ""
        console.error(f"{name}{error.strerror or error}; check that it is there, readable and has space")
        sys.exit(EXIT_BAD_INPUT)
    except KeyboardInterrupt:
        console.error("stopped; nothing was written")
        sys.exit(130)
