"""What is packed comes back to the last bit, and nothing else comes back at all."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interview_analysis.features.core.extractor import Fault
from interview_analysis.features.tables import feature_tables
from interview_analysis.pipeline.observation.file import KINDS, Heard, SentenceVectors, pack, unpack
from interview_analysis.types import SpeechActivity, Transcript, Turn, Voices
from tests.pipeline.observation.observed_scene import assert_same, scene

SEEN = scene()
VALUES = {
    "facts": SEEN.facts,
    "hearing": Heard(SEEN.transcript, SEEN.speech),
    "voices": SEEN.voices,
    "acoustics": SEEN.acoustics,
    "faces": SEEN.faces,
    "poses": SEEN.poses,
    "vectors": SentenceVectors(("我负责项目。", "\ud800 lone", "b"), np.eye(3, 8, dtype=np.float32)),
    "features": replace(feature_tables(SEEN), faults=(Fault("own", "share_ratio is 2, expected 0 to 1"),)),
}
FILES = {kind: pack(kind, "k", value) for kind, value in VALUES.items()}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "features"])
def test_an_observation_comes_back_to_the_last_bit(kind):
    assert_same(unpack(kind, "k", FILES[kind]), VALUES[kind])


def test_single_precision_not_a_number_and_nothing_survive():
    faces = replace(SEEN.faces, yaw_deg=SEEN.faces.yaw_deg.astype(np.float32), aspect_ratio=math.nan)
    assert_same(unpack("faces", "k", pack("faces", "k", faces)), faces)
    empty = replace(SEEN.poses, **{n: getattr(SEEN.poses, n)[:0] for n in ("time_s", "points", "visibility", "world_m", "hand_points")})  # fmt: skip
    assert_same(unpack("poses", "k", pack("poses", "k", empty)), empty)
    silent = Heard(Transcript("", math.nan, (), "e", "m"), SpeechActivity(()))
    assert_same(unpack("hearing", "k", pack("hearing", "k", silent)), silent)


def test_other_faces_come_back_and_have_to_be_of_the_same_frames():
    other = replace(SEEN.faces, yaw_deg=SEEN.faces.yaw_deg + 1)
    tiles = replace(SEEN.faces, others=(other, SEEN.faces), turned_deg=90)
    assert_same(unpack("faces", "k", pack("faces", "k", tiles)), replace(tiles, others=(other, SEEN.faces)))
    names = ("time_s", "face_count", "blendshapes", "yaw_deg", "pitch_deg", "roll_deg", "points")
    shorter = replace(other, **{name: getattr(other, name)[:-1] for name in names})
    assert unpack("faces", "k", pack("faces", "k", replace(SEEN.faces, others=(shorter,)))) is None


def test_turns_of_a_voice_that_is_not_there_are_nothing():
    nobody = Voices((), np.empty((0, 256)), "clusters")
    assert_same(unpack("voices", "k", pack("voices", "k", nobody)), nobody)
    wrong = replace(SEEN.voices, turns=(*SEEN.voices.turns, Turn(2, 0.0, 1.0)))
    assert unpack("voices", "k", pack("voices", "k", wrong)) is None


def test_feature_tables_come_back_as_they_were_down_to_their_parquet():
    tables, back = VALUES["features"], unpack("features", "k", FILES["features"])
    for name in ("whole", "blocks", "timeline"):
        pd.testing.assert_frame_equal(getattr(back, name), getattr(tables, name), check_exact=True)
        assert getattr(back, name).to_parquet() == getattr(tables, name).to_parquet()
    assert_same(back.events, tables.events)
    assert back.faults == tables.faults != ()


@pytest.mark.parametrize("kind", KINDS)
def test_another_kind_another_key_and_half_a_file_are_nothing(kind):
    data = FILES[kind]
    assert unpack(kind, "other", data) is None
    assert unpack("faces" if kind != "faces" else "poses", "k", data) is None
    for size in range(0, len(data), max(1, len(data) // 40)):
        assert unpack(kind, "k", data[:size]) is None


@settings(max_examples=150)
@given(kind=st.sampled_from(KINDS), share=st.floats(0, 1, exclude_max=True), bits=st.integers(1, 255))
def test_a_flipped_byte_gives_the_same_or_nothing(kind, share, bits):
    data = bytearray(FILES[kind])
    data[int(share * len(data))] ^= bits
    back = unpack(kind, "k", bytes(data))
    if back is not None and kind != "features":
        assert_same(back, VALUES[kind])


@settings(max_examples=60)
@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"\x93NUMPY\x01\x00"]))
def test_any_bytes_are_nothing(data, start):
    assert all(unpack(kind, "k", start + data) is None for kind in KINDS)


class _Bomb:
    def __reduce__(self):
        return (pytest.fail, ("unpickled",))


def _archive(kind: str, content: object, **arrays: np.ndarray) -> bytes:
    header = json.dumps({"format": 1, "kind": kind, "key": "k", "content": content}).encode()
    stream = io.BytesIO()
    np.savez(stream, header=np.frombuffer(header, np.uint8), **arrays)
    return stream.getvalue()


def test_nothing_is_unpickled():
    bomb = np.array([_Bomb()], dtype=object)
    stream = io.BytesIO()
    np.save(stream, bomb, allow_pickle=True)
    assert unpack("faces", "k", stream.getvalue()) is None
    assert unpack("vectors", "k", _archive("vectors", {"texts": ["a"]}, vectors=bomb)) is None


@pytest.mark.parametrize(
    ("content", "arrays"),
    [
        ({"texts": ["a"]}, {"vectors": np.zeros((2, 3))}),  # more vectors than texts
        ({"texts": [1]}, {"vectors": np.zeros((1, 3))}),
        ({"texts": ["a"]}, {"vectors": np.zeros(3)}),
        ({"texts": ["a"]}, {"vectors": np.array([["x"]])}),
        ({"texts": ["a"]}, {}),
        ({}, {"vectors": np.zeros((1, 3))}),
        ([], {"vectors": np.zeros((1, 3))}),
    ],
)
def test_a_file_of_the_wrong_shape_is_nothing(content, arrays):
    assert unpack("vectors", "k", _archive("vectors", content, **arrays)) is None


def test_tracks_of_unequal_length_are_nothing():
    names = ("time_s", "face_count", "blendshapes", "yaw_deg", "pitch_deg", "roll_deg", "points")
    track = {name: getattr(SEEN.faces, name) for name in names}
    rest = {"aspect_ratio": 1.5, "turned_deg": 0, "others": 0}
    assert unpack("faces", "k", _archive("faces", rest, **track)) is not None
    track["yaw_deg"] = track["yaw_deg"][1:]
    assert unpack("faces", "k", _archive("faces", rest, **track)) is None


def test_a_value_of_another_kind_is_refused():
    with pytest.raises(TypeError, match="expected FaceTrack for 'faces', got PoseTrack"):
        pack("faces", "k", SEEN.poses)
