"""`make bench`: how fast job descriptions are parsed, against embedding every sentence one at a time.

The descriptions are the evaluation set's, varied so that no two are alike: each has some of its sentences left out, and
other numbers. The obvious way embeds every sentence of a description, one after the other in one process, and
takes each library definition's cosine.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click

from interview_analysis.errors import ProfileError
from interview_analysis.features.language.lexicons import LANGUAGES
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.pipeline.batch.job_folder import parse_all
from interview_analysis.pipeline.common.config import RunConfig, load_run_config
from interview_analysis.pipeline.job.parser import load_library
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.scoring.jobs.headings import lines
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.jobs.sections import outline

KEPT = 0.9  # share of the lines that a variant keeps
SEED = 20261122


def variants(folder: Path, count: int) -> list[str]:
    """`count` descriptions of the files in `folder`, all different, the same each time."""
    originals = [
        f.read_text(encoding="utf-8") for f in sorted(folder.glob("*/*.txt")) if f.parent.name != "refused"
    ]
    chance = random.Random(SEED)
    made: dict[str, None] = {}
    while len(made) < count:
        text = originals[len(made) % len(originals)].split("\n")
        kept = [line for index, line in enumerate(text) if index == 0 or chance.random() < KEPT]
        made[re.sub(r"\d+", lambda m: str(int(m.group()) + chance.randint(0, 2)), "\n".join(kept))] = None
    return list(made)


def one_sentence_at_a_time(texts: list[str], encoder: SentenceEncoder) -> float:
    """Seconds that the obvious way takes a description."""
    definitions = [c.definition.get(language) for c in load_library() for language in LANGUAGES]
    wanted = encoder.encode(definitions)
    begin = time.perf_counter()
    for text in texts:
        for statement in outline(text).statements:
            _ = wanted @ encoder.encode([statement.text])[0]
    return (time.perf_counter() - begin) / len(texts)


def one_at_a_time(texts: list[str], parser: JobParser) -> list[float]:
    """Seconds of each description, parsed one after the other with the library loaded."""
    _ = parser.matcher
    return [_seconds(lambda text=text: parser.parse(text, "description")) for text in texts]  # type: ignore[misc]


def batch(texts: list[str], config: RunConfig) -> tuple[float, int]:
    """Seconds that all take together, processes and files included, and how many were refused."""
    with tempfile.TemporaryDirectory() as folder:
        sources = []
        for index, text in enumerate(texts):
            path = Path(folder) / f"description-{index:04d}.txt"
            path.write_text(text, encoding="utf-8")
            sources.append(str(path))
        begin = time.perf_counter()
        errors = [error for _, error in parse_all(sources, Path(folder) / "jobs", config, None)]
        return time.perf_counter() - begin, sum(bool(error) for error in errors)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    with suppress(ProfileError):  # a variant that lost too much is refused, which takes its time as well
        work()
    return time.perf_counter() - begin


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--folder", type=Path, default=Path("data/job_descriptions"))
    options.add_argument("--count", type=int, default=1000, help="descriptions in the batch")
    options.add_argument("--sample", type=int, default=60, help="descriptions for the two that are slow")
    given = options.parse_args()
    texts = variants(given.folder, given.count)
    sample = texts[:: max(1, len(texts) // given.sample)][: given.sample]
    sentences = statistics.mean(len(lines(text)) for text in texts)
    models = LoadedModels(load_run_config())
    load_s = _seconds(lambda: models.job_parser.matcher)
    single = one_at_a_time(sample, models.job_parser)
    obvious = one_sentence_at_a_time(sample, models.encoder)
    total, refused = batch(texts, models.config)
    click.echo(
        f"job descriptions: {len(texts)}, {sentences:.0f} lines on average; library loaded in {load_s:.1f} s"
    )
    click.echo(
        f"one description, one thread: {statistics.median(single):.2f} s median, {max(single):.2f} s at most"
    )
    click.echo(f"every sentence embedded one at a time: {obvious:.2f} s a description")
    click.echo(f"batch: {total:.0f} s for {len(texts)} ({total / len(texts):.3f} s each), {refused} refused")
    click.echo(f"batch against every sentence one at a time: {obvious * len(texts) / total:.1f} x")


if __name__ == "__main__":
    main()
