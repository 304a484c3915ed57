"""The evaluation of questions on human transcripts, and the figures that the real ones must reach."""

from __future__ import annotations

import subprocess
import sys

import pytest

from interview_analysis.errors import LearningError
from interview_analysis.pipeline.dev.question_evaluation import HALVES, evaluate, halves, read_interviews
from tests.pipeline.learning.test_mit import FIRST


def test_persons_are_never_in_both_halves():
    half_of = halves(["P4", "PP4", "PP7", "P7", "P9"])
    assert half_of == {"P4": "dev", "PP4": "dev", "P7": "held out", "PP7": "held out", "P9": "dev"}


def test_questions_are_counted_against_the_five_known_ones(tmp_path):
    extra = FIRST.replace("Interviewer: Hello. Tell me about yourself.", "Interviewer: Mhm.")
    odd = f"{FIRST}|Interviewer: Where do you see yourself in ten years?|Interviewee: Here."
    (tmp_path / "transcripts.csv").write_text(f"p1,{FIRST}\np2,{extra}\npp1,{odd}\n", encoding="utf-8")
    (half, punctuated, found), *_ = evaluate(tmp_path)
    assert (half, punctuated, found.interviews) == (HALVES[0], True, 2)
    assert (found.asked, found.found) == (dict.fromkeys(range(1, 6), 2),) * 2
    assert (found.claimed, found.false) == (11, 1)


def test_a_folder_without_transcripts_is_refused(tmp_path):
    with pytest.raises(LearningError, match=r"holds no transcripts\.csv"):
        read_interviews(tmp_path)


def test_questions_of_real_interviews_are_found(shared_data):
    for half, _, found in evaluate(shared_data / "mit-interview"):
        assert found.found_ratio >= (0.99 if half == "dev" else 0.98)
        assert found.false_ratio <= 0.025


def test_the_command_prints_a_table(tmp_path):
    rows = "".join(f"p{n},{FIRST}\n" for n in (1, 2))
    (tmp_path / "transcripts.csv").write_text(rows, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "interview_analysis.pipeline.dev.question_evaluation", "--data", str(tmp_path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert len(run.stdout.splitlines()) == 5
    assert "robot" not in run.stdout
