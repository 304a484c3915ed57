"""``interview-analysis content``: learn how answers are rated, and hold the ratings against answers that are known."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from interview_analysis.pipeline.cli.shared import FILE, FOLDER, Command, Group, with_console
from interview_analysis.pipeline.common.console import Console

if TYPE_CHECKING:
    from interview_analysis.models.text.encoder import RememberingEncoder
    from interview_analysis.models.text.packed import PackedEncoder
    from interview_analysis.pipeline.loaded import LoadedModels

FILES = click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)
TEXTS = click.option(
    "--texts",
    multiple=True,
    type=FILE,
    help="File with the texts of answers that FILE names by their SHA-256 alone; may be given several times.",
)


@click.group(cls=Group)
def content() -> None:
    """Fit the content model, and evaluate it on answers whose level is known."""


@content.command(cls=Command)
@FILES
@TEXTS
@click.option("--out", type=FILE, help="Model to write (.npz); the one of the package by default.")
@click.option("--config", type=FILE, help="Configuration; its sentence encoder is used.")
@with_console
def fit(
    console: Console, files: tuple[Path, ...], texts: tuple[Path, ...], out: Path | None, config: Path | None
) -> None:
    """Fit the content model on labelled answers.

    Prints how well answers are rated by models that have not seen their competency (or person, where one is named). Takes an
    hour and a quarter on two cores and some 5 GB of memory a core, and many hours on a processor that does not calculate in
    bfloat16. Sentence vectors and networks that were learned from the same
    answers are kept beside the model weights, in vectors/ and readers/: a fit that was stopped goes on behind the last of its four
    networks that was finished.

    \b
    Example:
      interview-analysis content fit data/graded_answers/train/*.json --out content_model.npz
    """
    from interview_analysis.models.text.packed import packed_encoder, packed_path
    from interview_analysis.pipeline.content.evaluation import as_text, read_known
    from interview_analysis.pipeline.content.fitting import (
        heard_as_text,
        of_unseen,
        remember_all,
    )
    from interview_analysis.pipeline.content.kept_readers import ReaderFolder
    from interview_analysis.pipeline.content.model_file import FILE, save_content_model
    from interview_analysis.pipeline.job.parser import load_library
    from interview_analysis.scoring.content.fit import fit as fit_content
    from interview_analysis.scoring.content.fit_reader import Training
    from interview_analysis.scoring.content.prepare import check_enough

    library = load_library()
    known = read_known(files, library, texts)
    check_enough(known)  # before the minutes that encoding takes
    models, base, training = _models(config), packed_encoder(packed_path()), Training()
    own = models.encoder  # its weights are verified before anything is learned
    encoder, at_once = _of_many(models, base)
    kept = ReaderFolder.of(models.store.root.parent / "readers", known, library, base, training)
    with console.stages() as stages:
        remember_all(known, library, encoder, at_once, stages.update)
        fitted = fit_content(known, library, encoder, base, training, kept, stages.update)
    model = save_content_model(replace(fitted.model, encoder=own.id), out or FILE)
    console.result(as_text(of_unseen(fitted)))
    right = ", ".join(f"{share:.1%} ({language})" for language, share in fitted.functions_right.items())
    console.result(f"Functions of clauses, right of 15 by models that have not seen them: {right}")
    for language, found in heard_as_text(fitted):
        console.result(f"Parts said to be heard ({language}), of those right / of those there: {found}")
    console.result(f"{out or FILE}: version {model.version[:12]}, {len(known)} answers")


@content.command(cls=Command)
@FILES
@TEXTS
@click.option("--out", type=FILE, help="CSV file with a row an answer.")
@click.option("--config", type=FILE, help="Configuration; the built-in one by default.")
@click.option(
    "--robustness",
    is_flag=True,
    help="Also say how far the level moves when an answer is said in another way.",
)
@click.option(
    "--llm-url", metavar="URL", help="Also ask a language model, at this OpenAI-compatible address."
)
@click.option(
    "--llm-model", default="", metavar="NAME", help="Which model of the server; its only one by default."
)
@with_console
def evaluate(
    console: Console,
    files: tuple[Path, ...],
    texts: tuple[Path, ...],
    out: Path | None,
    config: Path | None,
    robustness: bool,
    llm_url: str | None,
    llm_model: str,
) -> None:
    """Score answers whose level is known, and print how well the scores follow the levels.

    FILE is a JSON list of {"lang", "competency", "question", "level" (1 to 5, or null for a trap), "kind" ("graded" or the
    trap's name), "text" or "segments"}, and "person" where one person gave several answers. No recording is needed. With
    --llm-url the answers leave this machine for that address, and its ratings are shown beside the product's own.

    \b
    Example:
      interview-analysis content evaluate data/graded_answers/heldout/*.json --out scored.csv
    """
    from interview_analysis.pipeline.common.config import load_norms, load_run_config
    from interview_analysis.pipeline.content.evaluation import (
        COLUMNS,
        as_text,
        ask_second_rater,
        bearing_up,
        by_second_rater,
        moved_as_text,
        read_known,
        score_answers,
    )
    from interview_analysis.pipeline.content.model_file import load_content_model
    from interview_analysis.pipeline.job.parser import load_library
    from interview_analysis.pipeline.storage.disk import write_aside

    library = load_library()
    known = read_known(files, library, texts)
    encoder = _models(config).encoder
    model = load_content_model(encoder.id, load_run_config(config).content_model)
    with console.progress("answers", total=len(known)) as task:
        table = score_answers(known, library, model, encoder, load_norms(), task.advance)
    columns = [*COLUMNS]
    summary = as_text(table)
    if robustness:
        with console.progress("other ways of saying it", total=len(known)) as task:
            summary += "\n" + moved_as_text(bearing_up(known, library, model, encoder, task.advance))
    if llm_url is not None:
        with console.progress("language model", total=len(known)) as task:
            rated = ask_second_rater(known, library, llm_url, llm_model, task.advance)
        table, columns = table.join(rated), [*columns, *rated.columns]
        summary += "\n" + as_text(by_second_rater(table), ", by the language model")
    if out is not None:
        write_aside(out, table[columns].to_csv(index=False).encode(), private=False)
    console.result(summary)


@content.command(cls=Command)
@click.argument("data", type=FOLDER)
@click.option(
    "--trait",
    "traits",
    multiple=True,
    help="Rating to compare with; may be given several times; all by default.",
)
@with_console
def ratings(console: Console, data: Path, traits: tuple[str, ...]) -> None:
    """Correlate the level of what was said with ratings that people gave whole interviews.

    Prints as well what the level adds to a regression on the voice, by person.

    DATA is a folder laid out like the MIT Interview dataset, with transcripts.csv and ratings.csv.

    \b
    Example:
      interview-analysis content ratings mit-interview --trait Overall --trait RecommendHiring
    """
    from interview_analysis.pipeline.content.ratings import (
        added,
        added_as_text,
        against_ratings,
        as_text,
    )
    from interview_analysis.pipeline.learning.mit import load_mit
    from interview_analysis.pipeline.learning.sources import default_encoder

    with console.progress("sentence vectors"):
        dataset = load_mit(data, default_encoder())
    console.result(as_text(against_ratings(dataset, traits)))
    console.result(added_as_text(added(dataset, traits)))


def _models(config: Path | None) -> LoadedModels:
    from interview_analysis.pipeline.common.config import load_run_config
    from interview_analysis.pipeline.loaded import LoadedModels

    return LoadedModels(load_run_config(config))


def _of_many(models: LoadedModels, base: PackedEncoder) -> tuple[RememberingEncoder, int]:
    """The encoder of the run for a hundred thousand sentences, and how many threads may ask it at once."""
    from interview_analysis.models.text.encoder import RememberingEncoder
    from interview_analysis.models.text.torch_e5 import TorchE5Encoder
    from interview_analysis.pipeline.observation.vectors import SentenceStore

    if models.config.encoder.path:
        return models.encoder, 1
    store = SentenceStore.beside_models(models.store.root)
    return RememberingEncoder(TorchE5Encoder(base), store), os.cpu_count() or 1
