"""docs/cli.md from the commands themselves. `make docs` writes it; a test holds it true."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from interview_analysis.pipeline.cli.main import PROGRAM, main
from interview_analysis.pipeline.cli.shared import CONTEXT
from interview_analysis.pipeline.common.exits import Exit

WIDTH = 110
INTRODUCTION = f"""# Commands

Made by `make docs` from what each command says of itself with `--help`; do not edit. `{PROGRAM}` is also
`python -m interview_analysis.pipeline`.

| exit code | says |
|---|---|
"""


def commands(
    command: click.Command, parent: click.Context | None = None, name: str = PROGRAM
) -> Iterator[click.Context]:
    """The context of a command and, in the order of its help, of all that are below it."""
    ctx = click.Context(command, parent, name, terminal_width=WIDTH, **CONTEXT)
    yield ctx
    if isinstance(command, click.Group):
        for below in command.list_commands(ctx):
            yield from commands(command.commands[below], ctx, below)


def cli_page() -> str:
    """The page as markdown: the exit codes, and a section with the help of each command."""
    codes = "".join(f"| {code.value} | {code.meaning} |\n" for code in Exit)
    sections = "".join(
        f"\n## {ctx.command_path}\n\n```text\n{ctx.get_help()}\n```\n" for ctx in commands(main)
    )
    return INTRODUCTION + codes + sections


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(cli_page(), encoding="utf-8")
