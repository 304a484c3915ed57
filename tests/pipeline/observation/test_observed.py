"""What is known is not observed again, what depends on a setting is, and nobody can tell the difference."""

from __future__ import annotations

import errno
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from interview_analysis import analyze
from interview_analysis.errors import ConfigError, StorageFullError
from interview_analysis.features.tables import feature_tables
from interview_analysis.models.weights.hashes import file_sha256
from interview_analysis.pipeline.common.config import load_norms, load_profile, load_run_config
from interview_analysis.pipeline.interview import Analysis, score_interview
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.observation import observe as observing
from interview_analysis.pipeline.observation import observed as remembering
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.observation.joining import clip, joined
from interview_analysis.pipeline.observation.observe import Known, observe
from interview_analysis.pipeline.observation.observed import (
    Grid,
    knowing_encoder,
    observation_keys,
    observed,
    recalled,
    tables_of,
)
from interview_analysis.pipeline.observation.part import ObservedPart
from interview_analysis.pipeline.observation.recording import RecordingFile
from interview_analysis.pipeline.outputs import save
from interview_analysis.types import Observations
from tests.media import grey, noise, write_recording
from tests.pipeline.observation.observed_scene import assert_same

CLIP = "video_talking/grid_bbaf2n.mpg"
SPEECH = "audio_en/jfk.flac"
SHA256 = "ab" * 32


@pytest.fixture(scope="module")
def loaded(model_store) -> LoadedModels:
    return LoadedModels(load_run_config(overrides=["asr.cpu_threads=1"]), model_store)


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> ObservationCache:
    return ObservationCache.at(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def fresh(shared_data, loaded) -> Analysis:
    return analyze(shared_data / CLIP, "product-manager", models=loaded)


def of_all(analysis: Analysis) -> Observations:
    """What was observed, without what the candidate's view adds."""
    return replace(analysis.observations, conversation=None)


@pytest.fixture(scope="module")
def kept(shared_data, loaded, cache) -> Analysis:
    """The first analysis with a cache, which fills it."""
    return analyze(shared_data / CLIP, "product-manager", models=loaded, cache=cache)


@pytest.fixture
def no_model(kept, monkeypatch, loaded) -> None:
    """Fails where a recording is decoded or a sentence of it is encoded."""

    def fail(*_: object, **__: object) -> None:
        pytest.fail("a model was touched")

    monkeypatch.setattr(observing, "Decoder", fail)
    monkeypatch.setattr(loaded.encoder, "encode", _refuse_unknown(loaded.encoder))


def _refuse_unknown(encoder):
    encode = encoder.encode

    def refuse(texts):
        unknown = [text for text in texts if text not in encoder._known]
        assert not unknown, "a model was touched"
        return encode(texts)

    return refuse


def without_time(analysis: Analysis) -> str:
    report = analysis.report
    line = report.lineage.model_copy(update={"created_at": ""})
    return report.model_copy(update={"lineage": line}).model_dump_json()


def test_a_report_from_the_cache_is_the_fresh_one_to_the_byte(
    shared_data, loaded, cache, fresh, kept, no_model, tmp_path
):
    again = analyze(shared_data / CLIP, "product-manager", models=loaded, cache=cache)
    assert without_time(kept) == without_time(fresh) == without_time(again)
    assert_same(again.observations, fresh.observations)
    for name, analysis in (("fresh", fresh), ("again", again)):
        save(analysis, tmp_path / name, "en")
    for path in (tmp_path / "fresh").rglob("*"):
        other = tmp_path / "again" / path.relative_to(tmp_path / "fresh")
        if path.is_file() and not path.name.startswith("report."):
            assert path.read_bytes() == other.read_bytes(), path.name


def test_observations_are_recalled_without_the_recording(shared_data, loaded, cache, fresh, no_model):
    assert_same(recalled(file_sha256(shared_data / CLIP), loaded.observers, cache), of_all(fresh))
    assert recalled(SHA256, loaded.observers, cache) is None


def test_only_what_is_not_known_is_observed(shared_data, loaded, fresh, monkeypatch):
    started: list[str] = []

    class Counted(observing.Viewer):
        def __init__(self, pool, watching, every, given_up):
            started.append("face" if every == 1 else "pose")
            super().__init__(pool, watching, every, given_up)

    monkeypatch.setattr(observing, "Viewer", Counted)
    monkeypatch.setattr(observing, "acoustics", lambda *_: pytest.fail("the voice is known"))
    seen = of_all(fresh)
    heard = observing.Heard(seen.transcript, seen.speech)
    known = Known(hearing=heard, voices=seen.voices, acoustics=seen.acoustics, poses=seen.poses)
    assert_same(observe(shared_data / CLIP, loaded.observers, known=known), seen)
    assert started == ["face"]


def test_a_damaged_observation_is_made_again_and_mended(shared_data, loaded, fresh, tmp_path):
    cache, path = ObservationCache.at(tmp_path), shared_data / CLIP
    sha256 = file_sha256(path)
    observed(RecordingFile.at(path), loaded.observers, cache)
    file = next(tmp_path.rglob("*.poses.npz"))
    file.write_bytes(b"PK\x03\x04 nothing of the kind")
    assert recalled(sha256, loaded.observers, cache) is None
    assert_same(observed(RecordingFile.at(path), loaded.observers, cache), of_all(fresh))
    assert recalled(sha256, loaded.observers, cache) is not None


@pytest.mark.parametrize("name", [CLIP, "audio_zh/firered_BAC009S0764W0121.wav"])
def test_a_report_is_the_same_with_any_number_of_threads(shared_data, loaded, model_store, name):
    more = load_run_config(overrides=["asr.cpu_threads=2", "encoder.threads=2"])
    reports = [
        analyze(shared_data / name, "product-manager", models=models)
        for models in (loaded, LoadedModels(more, model_store))
    ]
    assert reports[0].report.language == ("zh" if "zh" in name else "en")
    assert without_time(reports[0]) == without_time(reports[1])


def test_models_for_several_languages_are_loaded_once(shared_data, model_store):
    detecting = LoadedModels(load_run_config(), model_store)
    english, chinese = detecting.speaking("en"), detecting.speaking("en").speaking("zh")
    engine = chinese.observers.engine  # the last one made loads it for those before
    for models, name, language in (
        (english, SPEECH, "en"),
        (chinese, "audio_zh/firered_BAC009S0764W0121.wav", "zh"),
    ):
        heard = analyze(shared_data / name, "product-manager", models=models).observations.transcript
        assert (heard.language, heard.language_probability) == (language, 1.0)
    for models in (detecting, english, detecting.speaking(None)):
        assert models.observers.engine is engine
        assert models.encoder is chinese.encoder
        assert models.observers.detector is chinese.observers.detector
        assert models.store is detecting.store
    keys = [observation_keys(SHA256, models.observers) for models in (detecting, english, chinese)]
    assert len({each["hearing"] for each in keys}) == 3
    assert len({each["faces"] for each in keys}) == 1
    assert observation_keys(SHA256, english.speaking(None).observers) == keys[0]
    with pytest.raises(
        ConfigError, match=r"'asr': language is 'xx', expected null or a code that Whisper knows"
    ):
        detecting.speaking("xx")


def test_a_full_disk_stops_with_what_to_do(shared_data, loaded, fresh, tmp_path, monkeypatch):
    cache = ObservationCache.at(tmp_path / "kept")
    monkeypatch.setattr(remembering, "observe", lambda *_, **__: of_all(fresh))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StorageFullError, match=r"cannot keep observations: .*no space left.*cache prune"):
        observed(RecordingFile.at(shared_data / CLIP), loaded.observers, cache)


def test_what_one_machine_observed_another_recalls_from_the_store(shared_data, loaded, fresh, bucket):
    path = shared_data / CLIP
    sha256 = file_sha256(path)
    observed(RecordingFile.at(path), loaded.observers, ObservationCache.at(f"{bucket}/kept"))
    assert_same(recalled(sha256, loaded.observers, ObservationCache.at(f"{bucket}/kept/")), of_all(fresh))


def test_a_recording_without_sound_or_without_picture_is_kept_whole(tmp_path, loaded, rng):
    cache = ObservationCache.at(tmp_path / "kept")
    mute = write_recording(tmp_path / "mute.mp4", seconds=2, picture=grey())
    blind = write_recording(tmp_path / "blind.wav", seconds=2, sound=noise(2, rng))
    for path in (mute, blind):
        sha256 = file_sha256(path)
        seen = observed(RecordingFile.at(path), loaded.observers, cache)
        assert_same(recalled(sha256, loaded.observers, cache), seen)
        assert (seen.transcript is None, seen.faces is None) == (path is mute, path is blind)


def test_sentences_of_a_clip_and_a_join_are_encoded_once_at_most(shared_data, loaded, tmp_path, monkeypatch):
    cache, path = ObservationCache.at(tmp_path), shared_data / SPEECH
    seen = observed(RecordingFile.at(path), loaded.observers, cache)
    knowing_encoder(seen.transcript, loaded.encoder, cache)
    whole = joined([seen, clip(seen, 0.0, 6.0)])
    asked: list[str] = []
    encode = loaded.encoder.encode
    monkeypatch.setattr(loaded.encoder, "encode", lambda t: (asked.extend(t), encode(t))[1])
    encoder = knowing_encoder(whole.transcript, loaded.encoder, cache, [seen.transcript])
    texts = remembering._texts(whole.transcript)
    known = set(remembering._texts(seen.transcript))
    assert set(asked) == set(texts) - known
    asked.clear()
    vectors = knowing_encoder(whole.transcript, loaded.encoder, cache).encode(texts)
    assert asked == []
    assert (vectors == encode(texts)).all()
    assert (encoder.encode([*texts, "Something new."])[:-1] == vectors).all()
    assert asked == ["Something new."]


def test_tables_are_kept_by_recordings_clips_and_grid(shared_data, loaded, cache, fresh, monkeypatch):
    keys, seen = observation_keys(file_sha256(shared_data / CLIP), loaded.observers), of_all(fresh)
    grid = Grid(10.0, 10.0, 5.0)
    made = tables_of(seen, [(keys, None, None)], cache, grid)
    calls: list[object] = []
    monkeypatch.setattr(
        remembering, "feature_tables", lambda *a, **k: (calls.append(a), feature_tables(*a, **k))[1]
    )
    again = tables_of(seen, [(keys, None, None)], cache, grid)
    assert not calls
    assert made.whole.equals(again.whole)
    tables_of(clip(seen, 0.0, 2.0), [(keys, 0.0, 2.0)], cache, grid)
    tables_of(seen, [(keys, None, None)], cache, Grid(5.0, 10.0, 5.0))
    assert len(calls) == 2


def test_several_recordings_are_scored_as_one_and_named_in_the_report(shared_data, loaded, fresh):
    seen = of_all(fresh)
    parts = [
        ObservedPart("1.mpg", "1" * 64, seen, question="Why?"),
        ObservedPart("2.mpg", "2" * 64, seen, start_s=1.0, question="为什么？"),
    ]
    analysis = score_interview(parts, load_profile("product-manager"), load_norms(), loaded)
    report, length_s = analysis.report, seen.facts.duration_s
    assert [(p.name, p.question, p.clip_start_s, p.clip_end_s) for p in report.recordings] == [
        ("1.mpg", "Why?", 0.0, None), ("2.mpg", "为什么？", 1.0, None),
    ]  # fmt: skip
    assert report.recordings[1].start_s == round(length_s, 3)
    assert [each.sha256 for each in report.lineage.recordings] == ["1" * 64, "2" * 64]
    assert report.lineage.recording.id == "1.mpg + 2.mpg"
    assert report.media.duration_s == pytest.approx(2 * length_s - 1.0, abs=2e-3)
    assert (fresh.report.recordings, fresh.report.lineage.recordings) == ((), ())


def test_a_copy_under_another_name_is_the_same_recording(
    shared_data: Path, loaded, cache, fresh, no_model, tmp_path
):
    path = tmp_path / "副本.mpg"
    shutil.copy(shared_data / CLIP, path)
    assert_same(recalled(file_sha256(path), loaded.observers, cache), of_all(fresh))
