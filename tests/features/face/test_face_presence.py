from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.core.extractor import tabulate
from interview_analysis.features.face.face_presence import EXTRACTOR, compute, events
from interview_analysis.types import Interval
from tests.features.tracks import face_track, observe, whole, without_face


def test_counts_absence_and_other_faces_exactly() -> None:
    faces = without_face(face_track(10.0), 4.0, 6.0)
    count = faces.face_count.copy()
    count[5:10] = 2
    observations = observe(replace(faces, face_count=count))
    values = compute(observations, whole(observations))
    assert values["present_ratio"] == pytest.approx(0.8)
    assert values["other_faces_ratio"] == pytest.approx(0.1)
    assert values["max_faces_count"] == 2
    other, absent = events(observations)
    assert (other.kind, other.start_s, other.end_s, other.value) == ("other_face", 1.0, pytest.approx(2.0), 2)
    assert (absent.kind, absent.start_s, absent.end_s) == ("face_absent", 4.0, pytest.approx(6.0))


def test_short_absence_and_single_false_detection_are_no_events() -> None:
    faces = without_face(face_track(10.0), 4.0, 4.8)
    count = faces.face_count.copy()
    count[30] = 2
    assert events(observe(replace(faces, face_count=count))) == ()


def test_no_face_at_all_is_measured_and_no_video_is_missing() -> None:
    nobody = observe(without_face(face_track(5.0), 0.0, 5.0))
    assert compute(nobody, whole(nobody))["present_ratio"] == 0.0
    assert compute(nobody, whole(nobody))["coverage_ratio"] == 1.0
    table = tabulate(EXTRACTOR, observe(), [Interval(0, 5)])
    assert table["face_presence.coverage_ratio"].item() == 0.0
    assert np.isnan(table["face_presence.present_ratio"].item())
