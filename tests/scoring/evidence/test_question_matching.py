"""Which of the job's questions was asked, in both languages.

The labelled questions are in data/asked_questions.yaml, and those of the built-in jobs in data/asked_of_built_in_jobs.yaml.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from interview_analysis.pipeline.common.config import load_norms
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.evidence.question_matching import match_questions, reference_questions
from interview_analysis.scoring.profile import JobProfile, Question
from tests.conftest import ROOT

DATA = Path(__file__).parent / "data"
ASKED = yaml.safe_load((DATA / "asked_questions.yaml").read_text(encoding="utf-8"))
ASKED_OF_JOBS = yaml.safe_load((DATA / "asked_of_built_in_jobs.yaml").read_text(encoding="utf-8"))
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


@pytest.mark.parametrize(("half", "least"), [("dev", 23), ("held_out", 23)])
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


def test_the_questions_of_the_built_in_jobs_are_matched_when_they_are_rephrased(
    product_manager, customer_success_manager, encoder
):
    hits = 0
    jobs = {profile.id: profile for profile in (product_manager, customer_success_manager)}
    for name, profile in jobs.items():
        own = [(label, text) for label, texts in ASKED_OF_JOBS[name].items() for text in texts]
        assert {label for label, _ in own} == {d.id for d in profile.dimensions}
        matched = match_questions([(text,) for _, text in own], profile, encoder, LIMIT)
        found = [(label, m.dimension_id) for (label, _), some in zip(own, matched, strict=True) for m in some]
        hits += sum(label == dimension for label, dimension in found)
        assert all(label == dimension for label, dimension in found)
        (other,) = (texts for job, texts in ASKED_OF_JOBS.items() if job not in (name, "none"))
        strange = [*ASKED_OF_JOBS["none"], *(text for texts in other.values() for text in texts)]
        assert not any(match_questions([(text,) for text in strange], profile, encoder, LIMIT))
    assert hits >= 11  # of 28


@pytest.mark.parametrize("job", ["product_manager", "customer_success_manager"])
def test_each_listed_question_is_its_own_best_match(job, encoder, request):
    profile = request.getfixturevalue(job)
    for dimension in profile.dimensions:
        assert {question.kind for question in dimension.questions} == {"past", "situational"}
        texts = [text for q in dimension.questions for text in (q.text.zh, q.text.en)]
        assert all(texts)
        for match in match_questions([(text,) for text in texts], profile, encoder, LIMIT):
            assert [m.dimension_id for m in match] == [dimension.id]


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
    bare = [d.model_copy(update={"questions": ()}) for d in product_manager.dimensions]
    unasking = product_manager.model_copy(update={"dimensions": tuple(bare)})
    assert match_questions([("Why?",)], unasking, encoder, LIMIT) == ((),)
    assert match_questions([()], listed, encoder, LIMIT) == ((),)
    assert match_questions([], listed, encoder, LIMIT) == ()
