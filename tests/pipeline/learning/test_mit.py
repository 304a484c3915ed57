"""A folder laid out like the MIT Interview dataset, made up here; the real one where it is."""

from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.errors import LearningError
from interview_analysis.pipeline.learning.dataset_file import load_dataset, save_dataset
from interview_analysis.pipeline.learning.mit import load_mit
from interview_analysis.pipeline.learning.questions import answers_of

FIRST = (
    "Interviewer: Hello. Tell me about yourself.|Interviewee: I built a robot  and it won.|"
    "Interviewer: Tell me about a time when you showed leadership.|Interviewee: Um  we led a club. It grew.|"
    "Interviewer: Tell me of a challenge in a team.|Interviewee: We were late.|and we fixed it.|"
    "Interviewer: What is a weakness of yours?|Interviewee: I worry.|"
    "Interviewer: Why should we hire you?|Interviewee: Because I am good."
)


def write(folder, *, ratings="Participant,Overall,Total\nP1,5,9\nPP1,4,8\n", extra=""):
    rows = [f"{key}Q{q},{10 + q},0.1,nan_text" for key in ("P1", "PP1") for q in range(1, 6)]
    head = "participant&question,duration,jitter,avgBand3"
    (folder / "prosodic_features.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    (folder / "transcripts.csv").write_text(f"p1,{FIRST}\npp1,{FIRST}\n{extra}", encoding="utf-8")
    if ratings:
        (folder / "ratings.csv").write_text(ratings, encoding="utf-8")
    return folder


def test_answers_are_cut_by_the_five_questions():
    answers = answers_of(FIRST)
    assert list(answers) == [1, 2, 3, 4, 5]
    assert answers[3] == "We were late. and we fixed it."


def test_an_interview_whose_questions_cannot_be_told_stays_whole():
    assert answers_of("Interviewer: Hm?|Interviewee: Yes.|Interviewee: No.") == {0: "Yes. No."}


def test_both_interviews_of_a_person_are_known_as_theirs(tmp_path):
    dataset = load_mit(write(tmp_path))
    assert dataset.interviews["person"].to_dict() == {"P1": "1", "PP1": "1"}
    assert dataset.targets == ("Overall",)  # the total is no rating of its own
    assert dataset.features.index.get_level_values("answer").tolist() == [1, 2, 3, 4, 5] * 2
    first = dataset.features.loc[("P1", 1)]
    assert first["content.answer_length.word_count"] == 7
    assert first["voice.delivery.speaking_rate_wpm"] == pytest.approx(60 * 7 / 11)
    assert dataset.features.loc[("P1", 2), "voice.fillers.filled_pause_count"] == 1
    assert any("10 values are no finite numbers" in note for note in dataset.notes)
    assert any("voice.prosody.avg_band3" in note for note in dataset.notes)


def test_ids_in_one_file_alone_are_reported(tmp_path):
    dataset = load_mit(
        write(tmp_path, ratings="Participant,Overall\nP1,5\nPP1,4\nP7,3\n", extra=f"p9,{FIRST}\n")
    )
    assert list(dataset.interviews.index) == ["P1", "PP1", "P9"]
    assert dataset.ratings["Overall"].isna().tolist() == [
        False,
        False,
        True,
    ]  # can be predicted, not learned from
    assert "1 id ('P7') in ratings.csv alone, left out" in dataset.notes
    assert "1 id ('P9') not in ratings.csv, kept with what is there" in dataset.notes
    assert "1 id ('P9') not in prosodic_features.csv, kept with what is there" in dataset.notes


def test_prosody_alone_without_ratings_can_be_predicted_from(tmp_path):
    write(tmp_path, ratings="")
    (tmp_path / "transcripts.csv").unlink()
    dataset = load_mit(tmp_path)
    assert dataset.ratings is None
    assert dataset.channels == ("voice",)


@pytest.mark.parametrize(
    ("ratings", "message"),
    [
        ("Participant,Overall\nP1,5\np1,4\n", "'P1'.* more than once"),
        ("Participant,Overall\nanna,5\n", "'anna' is no id"),
        ("Participant,Overall\nP1,high\n", "1 values of 'Overall' are no numbers"),
        ("Participant,Overall\nP8,5\n", "no interview is in all of"),
        (
            "Participant,rater,Overall\nP1,anna,5\np1,anna,4\n",
            "1 rows rate an interview again by the same rater",
        ),
        ("Participant,rater,Overall\nP1,anna,5\nP1,,4\n", "1 rows name no rater"),
    ],
)
def test_ratings_that_cannot_be_read_are_refused(tmp_path, ratings, message):
    with pytest.raises(LearningError, match=message):
        load_mit(write(tmp_path, ratings=ratings))


def test_of_several_raters_the_mean_is_learned_from_and_each_is_kept(tmp_path):
    rows = "Participant,Rater,Overall,Total\nP1,anna,5,9\np1,ben,4,9\nPP1,anna,3,9\nPP1,ben,,9\n"
    dataset = load_mit(write(tmp_path, ratings=rows))
    assert dataset.ratings["Overall"].to_dict() == {"P1": 4.5, "PP1": 3.0}
    assert dataset.targets == ("Overall",)
    assert dataset.raters.loc[("P1", "ben"), "Overall"] == 4
    save_dataset(dataset, tmp_path / "saved")
    assert load_dataset(tmp_path / "saved").raters.equals(dataset.raters)


def test_a_folder_without_any_of_the_files_is_refused(tmp_path):
    with pytest.raises(LearningError, match="holds none of"):
        load_mit(tmp_path)


def test_a_dataset_comes_back_from_its_folder_and_a_changed_one_is_refused(tmp_path):
    dataset = load_mit(write(tmp_path))
    save_dataset(dataset, tmp_path / "saved")
    assert load_dataset(tmp_path / "saved").fingerprint == dataset.fingerprint
    changed = dataset.interviews.assign(words=1.0)
    changed.to_parquet(tmp_path / "saved" / "interviews.parquet")
    with pytest.raises(LearningError, match="was changed"):
        load_dataset(tmp_path / "saved")


def test_the_shared_interviews_are_read_whole(shared_data):
    folder = shared_data / "mit-interview"
    if not folder.is_dir():
        pytest.skip(f"SKIPPED: no rated interviews at {folder}")
    dataset = load_mit(folder)
    assert dataset.features.shape[0] == 480
    assert dataset.persons.nunique() == 48
    answered = dataset.features["content.answer_length.word_count"].notna()
    assert answered.mean() > 0.99
    assert len(dataset.targets) == 18
    assert np.isfinite(dataset.features.to_numpy()).mean() > 0.98
