"""``interview-analysis sound``: a stretch of a recording to hear and to look at."""

from __future__ import annotations

from pathlib import Path

import click

from interview_analysis.pipeline.cli.shared import FILE, FOLDER, Command, with_console
from interview_analysis.pipeline.common.console import Console


def _seconds(_: click.Context, __: click.Parameter, written: str) -> float:
    """Of "72.5", "1:12.5" or "1:01:12"."""
    from interview_analysis.pipeline.transcript.cues import seconds

    try:
        total = seconds(written)
    except ValueError:
        total = -1.0
    if not 0.0 <= total < float("inf"):
        raise click.BadParameter(f"'{written}' is no time; write seconds (72.5) or m:ss (1:12.5)")
    return total


@click.command(cls=Command)
@click.argument("recording", type=FILE)
@click.option(
    "--at",
    metavar="TIME",
    callback=_seconds,
    required=True,
    help="Where it begins in the recording: 72.5, 1:12 or 1:01:12.",
)
@click.option(
    "--seconds", type=click.FloatRange(0.5, 60.0), default=15.0, show_default=True, help="How long it is."
)
@click.option("--report", "folder", type=FOLDER, help="Folder of its report, whose words are drawn as well.")
@click.option(
    "--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of the page."
)
@click.option("--out", type=FILE, help="Page to write; RECORDING.sound.html in this folder by default.")
@with_console
def sound(
    console: Console,
    recording: Path,
    at: float,
    seconds: float,
    folder: Path | None,
    lang: str,
    out: Path | None,
) -> None:
    """Draw a stretch of a recording: its sound, the pitch, the syllables and the words that voice measures rest on.

    The page plays the stretch and needs nothing else; it holds the voice itself, so keep it as you keep the recording.

    \b
    Example:
      interview-analysis sound interview.mp4 --at 1:12 --report out/interview
    """
    from interview_analysis.errors import OutputError
    from interview_analysis.pipeline.report.sound_page import sound_page
    from interview_analysis.pipeline.sound_stretch import stretch_of, words_of
    from interview_analysis.pipeline.storage.disk import write_aside

    target = out or Path(f"{recording.stem}.sound.html")
    with console.stages() as stages:
        words = words_of(folder, recording) if folder is not None else ()
        stretch = stretch_of(recording, at, seconds, words, stages.update)
        page = sound_page(stretch, "zh" if lang == "zh" else "en")
    try:
        write_aside(target, page.encode("utf-8", "replace"), private=True)
    except OSError as error:
        raise OutputError(
            f"cannot write {target}: {error.strerror}; choose another file with --out"
        ) from error
    console.result(str(target))
