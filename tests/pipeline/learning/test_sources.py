"""Whatever kind of folder is named becomes the same dataset, and what is odd is named with its counts."""

from __future__ import annotations

import pytest

from interview_analysis.errors import LearningError
from interview_analysis.pipeline.learning.dataset_file import save_dataset
from interview_analysis.pipeline.learning.sources import load_data, load_groups, load_source


def test_a_folder_of_each_kind(rated, dataset, tmp_path):
    assert load_data(rated).fingerprint == dataset.fingerprint
    save_dataset(dataset, tmp_path / "dataset")
    assert load_data(tmp_path / "dataset").fingerprint == dataset.fingerprint
    assert load_source(rated, None, embeddings=False).fingerprint == dataset.fingerprint


def test_groups(tmp_path):
    path = tmp_path / "groups.csv"
    path.write_text("interview_id,group_sex\nI1,f\nI2,\n", encoding="utf-8")
    groups = load_groups(path)
    assert groups.group_sex.isna().tolist() == [False, True]
    path.write_text("interview_id,sex\nI1,f\n", encoding="utf-8")
    with pytest.raises(LearningError, match="expected interview_id and group_"):
        load_groups(path)
    path.write_text("interview_id,group_sex\nI1,f\nI1,m\n", encoding="utf-8")
    with pytest.raises(LearningError, match="1 interviews are there more than once"):
        load_groups(path)
