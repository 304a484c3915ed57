"""Which of the job's questions was asked, in both languages; the labelled questions are in data/asked_questions.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from interview_analysis.pipeline.config import load_norms
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.profile import JobProfile, Question
from interview_analysis.scoring.question_matching import match_questions, reference_questions
from tests.conftest import ROOT

ASKED = yaml.safe_load((Path(__file__).parent / "data" / "asked_questions.yaml").read_text(encoding="utf-8"))
LIMIT = load_norms().answers.match_similarity


def library_questions(competency: str) -> tuple[Question, ...]:
    file = ROOT / "configs" / "competencies" / f"{competency}.yaml"
    found = yaml.safe_load(file.read_text(encoding="utf-8"))["questions"]
    return tuple(Question.model_validate(question) for question in found)


@pytest.fixture(scope="module")
def listed(product_manager, encoder) -> JobProfile:
    """A profile with one dimension for each labelled competency, and its questions."""
    template = product_manager.dimensions[0]
    dimensions = tuple(
        template.model_copy(update={"id": name, "questions": library_questions(name)})
        for name in ASKED["competencies"]
    )
    profile = product_manager.model_copy(update={"dimensions": dimensions})
    encoder.remember(reference_questions(profile))
    return profile


@pytest.mark.parametrize(("half", "least"), [("dev", 20), ("held_out", 21)])
def test_rephrased_questions_are_matched_and_others_are_not(half, least, listed, encoder):
    labelled = [(label, text) for label, texts in ASKED[half].items() for text in texts]
    matched = match_questions([(text,) for _, text in labelled], listed, encoder, LIMIT)
    found = [
        (label, match.dimension_id)
        for (label, _), own in zip(labelled, matched, strict=True)
        for match in own
    ]
    assert sum(label == dimension for label, dimension in found) >= least
    assert all(label == dimension for label, dimension in found)


def test_questions_about_other_things_seldom_match(listed, encoder):
    others = sorted(p.stem for p in (ROOT / "configs" / "competencies").glob("*.yaml"))
    texts = [
        q.text.en
        for name in others
        if name not in ASKED["competencies"]
        for q in library_questions(name)[1::2]
    ]
    matched = match_questions([(text,) for text in texts], listed, encoder, LIMIT)
    assert sum(bool(own) for own in matched) <= 0.09 * len(texts)


def test_two_parts_may_ask_about_two_dimensions(listed, encoder):
    wording = (library_questions("teamwork")[1].text.en, library_questions("leadership")[0].text.zh)
    ((first, second),) = match_questions([wording], listed, encoder, LIMIT)
    assert {first.dimension_id, second.dimension_id} == {"teamwork", "leadership"}
    assert first.similarity >= second.similarity


def test_a_question_in_the_other_language_is_matched_by_the_text_that_there_is(listed, encoder):
    only_zh = tuple(
        d.model_copy(update={"questions": tuple(q.model_copy(update={"text": Text(zh=q.text.zh)}) for q in d.questions)})
        for d in listed.dimensions
    )  # fmt: skip
    profile = listed.model_copy(update={"dimensions": only_zh})
    ((match,),) = match_questions([(listed.dimensions[1].questions[1].text.en,)], profile, encoder, 0.4)
    assert match.dimension_id == "teamwork"


def test_nothing_listed_or_nothing_asked_matches_nothing(listed, product_manager, encoder):
    assert match_questions([("Why?",)], product_manager, encoder, LIMIT) == ((),)
    assert match_questions([()], listed, encoder, LIMIT) == ((),)
    assert match_questions([], listed, encoder, LIMIT) == ()
