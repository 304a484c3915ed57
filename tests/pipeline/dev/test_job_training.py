"""What `make head` checks itself on: each description by a parser that has not seen it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from interview_analysis.pipeline.dev.job_training import FOLDS, Read, cross_check, unseeing, without
from interview_analysis.pipeline.job.parser import load_job_parser, load_labelled
from interview_analysis.scoring.jobs.evaluation import Label
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.jobs.sections import outline
from tests.pipeline.job.job_descriptions import CHINESE, JUNIOR, MIDDLE, RECIPE, write_text

TEXTS = [JUNIOR, CHINESE, MIDDLE, RECIPE, JUNIOR, CHINESE]


@pytest.fixture(scope="module")
def words_only() -> JobParser:
    return load_job_parser(None)


def label(number: int, essential: tuple[str, ...]) -> Label:
    return Label(
        file=f"{number}.txt", half="dev", family="test", style="bullets", seniority=None, years=None,
        essential=essential, acceptable=(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def reads(words_only: JobParser) -> list[Read]:
    """Descriptions of which the first and the last are of one fold."""
    outlines = [outline(text) for text in TEXTS]
    return [
        (label(number, ("data_analysis", "communication")), read, words_only.matcher.read(read).matches)
        for number, read in enumerate(outlines)
    ]


def test_sentences_of_a_description_are_held_out(words_only: JobParser) -> None:
    labelled = load_labelled(words_only.library)
    known, others = labelled["en"][0].text, labelled["en"][1].text
    left = without(labelled, [outline(f"Clerk\n\nRequirements\n- {known}\n")])
    assert known not in {s.text for s in left["en"]}
    assert others in {s.text for s in left["en"]}
    assert tuple(left["zh"]) == tuple(labelled["zh"])


def test_the_labels_of_a_fold_do_not_move_its_own_relevance(words_only: JobParser, reads: list[Read]) -> None:
    relabelled = [
        (label(i, ("user_thinking",)), *read[1:]) if i % FOLDS == 0 else read for i, read in enumerate(reads)
    ]
    before, after = (unseeing([words_only] * FOLDS, some, words_only.library) for some in (reads, relabelled))
    assert after[0].relevance == before[0].relevance
    assert all(b.relevance != a.relevance for b, a in zip(before[1:], after[1:], strict=True))


def test_each_description_is_read_by_the_parser_of_its_fold(words_only: JobParser, tmp_path: Path) -> None:
    """A parser that finds nothing reads fold 1: the second description, which is Chinese, and no other."""
    for number, text in enumerate(TEXTS[:3]):
        write_text(tmp_path / f"{number}.txt", text)
    blind = words_only.relevance.model_copy(update={"intercept": -100.0})
    parsers = [
        replace(words_only, relevance=blind if fold == 1 else words_only.relevance) for fold in range(FOLDS)
    ]
    labels = [
        ("en", label(0, ("communication",))),
        ("zh", label(1, ("communication",))),
        ("en", label(2, ("communication",))),
    ]
    checked = cross_check(tmp_path, labels, parsers)
    assert list(checked.refused) == ["1.txt"]
    assert {key: group.descriptions for key, group in checked.groups.items()} == {
        ("en", "dev"): 2,
        ("zh", "dev"): 1,
    }
    assert checked.groups["en", "dev"].recall == 1
    assert checked.groups["zh", "dev"].recall == 0
