from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.features.core.extractor import tabulate
from interview_analysis.features.face.smile import EXTRACTOR, compute, events
from interview_analysis.types import Interval
from tests.features.tracks import activate, face_track, mirrored, observe, whole, without_face

SMILE = ("mouthSmileLeft", "mouthSmileRight")


def test_two_smiles_in_a_minute() -> None:
    faces = activate(activate(face_track(60.0), 10.0, 13.0, 0.8, *SMILE), 40.0, 43.0, 0.6, *SMILE)
    observations = observe(faces)
    values = compute(observations, whole(observations))
    assert values["smile_ratio"] == pytest.approx(0.1)
    assert values["activation_mean_ratio"] == pytest.approx((0.8 + 0.6) * 3.0 / 60.0)
    assert values["episodes_per_min"] == pytest.approx(2.0)
    assert [(e.start_s, round(e.end_s, 6), e.value) for e in events(observations)] == [
        (10, 13, 0.8),
        (40, 43, 0.6),
    ]
    assert compute(observe(mirrored(faces)), whole(observations)) == values


def test_one_raised_corner_and_a_flicker_are_no_smile() -> None:
    crooked = activate(face_track(10.0), 2.0, 5.0, 0.7, "mouthSmileLeft")
    flicker = activate(face_track(10.0), 2.0, 2.2, 0.9, *SMILE)
    assert events(observe(crooked)) == ()
    assert events(observe(flicker)) == ()


def test_frames_without_a_face_are_left_out_not_counted_as_serious() -> None:
    faces = without_face(activate(face_track(10.0), 0.0, 2.5, 0.8, *SMILE), 5.0, 10.0)
    observations = observe(faces)
    values = compute(observations, whole(observations))
    assert values["smile_ratio"] == pytest.approx(13 / 25)  # samples at 0.0 to 2.4 s of 25 with a face
    assert values["coverage_ratio"] == pytest.approx(0.5)
    late = tabulate(EXTRACTOR, observations, [Interval(5.0, 10.0)])
    assert np.isnan(late["smile.smile_ratio"].item())
    assert late["smile.coverage_ratio"].item() == 0.0
