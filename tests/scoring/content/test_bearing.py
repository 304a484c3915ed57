"""What an answer is about, with the shipped model: for the library's competencies and for dimensions that a user makes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.pipeline.content.model_file import load_content_model
from interview_analysis.pipeline.job.parser import load_library
from interview_analysis.scoring.content.examples import Known
from interview_analysis.scoring.content.fit_bearing import as_dimension
from interview_analysis.scoring.content.model import ContentModel, bears_on, read, spoken
from interview_analysis.scoring.content.typed import transcript_of_text
from interview_analysis.scoring.profile import Dimension

FOLDER = Path(__file__).resolve().parents[3] / "data" / "graded_answers" / "development"
FILES = ("h1_en.json", "h1_zh.json")
LIBRARY = {c.id: as_dimension(c) for c in load_library()}


def own(dimension: Dimension) -> Dimension:
    """The same texts as a dimension of a user's own, which the library knows nothing of."""
    return dimension.model_copy(update={"competency": None, "id": f"own_{dimension.id}"})


def told(name: str) -> list[Known]:
    """A complete answer about each competency of a set."""
    entries = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return [Known.model_validate(e) for e in entries if e["level"] == 4]


def probabilities(
    answers: Sequence[Known], model: ContentModel, encoder, made: bool, asked: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Of being about their own competency, and about that of the next answer."""
    found = []
    for step in (0, 1):
        row = []
        for number, answer in enumerate(answers):
            to = answers[(number + step) % len(answers)]
            dimension = own(LIBRARY[to.competency]) if made else LIBRARY[to.competency]
            question = to.question if asked else ""
            reading = read(model, spoken(transcript_of_text(answer.said, answer.lang), encoder), question)
            assert reading is not None
            row.append(bears_on(model, reading, dimension, encoder, question))
        found.append(np.array(row))
    return found[0], found[1]


def all_probabilities(
    encoder: SentenceEncoder,
) -> dict[tuple[str, bool, bool], tuple[np.ndarray, np.ndarray]]:
    """By file, whether the dimension is of a user's own, and whether it was asked about."""
    model = load_content_model(encoder.id)
    return {
        (name, made, asked): probabilities(told(name), model, encoder, made, asked)
        for name in FILES
        for made in (True, False)
        for asked in (True, False)
    }


@pytest.fixture(scope="module")
def model(encoder) -> ContentModel:
    return load_content_model(encoder.id)


@pytest.mark.parametrize("asked", [True, False], ids=["asked", "unasked"])
@pytest.mark.parametrize("made", [True, False], ids=["own-dimension", "library"])
@pytest.mark.parametrize("name", FILES)
def test_answers_are_about_what_they_tell_of(name: str, made: bool, asked: bool, model, encoder):
    about, elsewhere = probabilities(told(name), model, encoder, made, asked)
    assert about.mean() > (0.75 if asked else 0.4)  # most of what is said unasked is about something else
    assert about.mean() > elsewhere.mean() + 0.15
    assert (about > elsewhere).mean() >= 0.7


def test_a_dimension_of_ones_own_is_read_from_its_texts(model):
    library = LIBRARY["teamwork"]
    assert library.competency in model.bearing.stories.ids
    assert own(library).id not in model.bearing.stories.ids
