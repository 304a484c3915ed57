"""What is known is not observed again, what depends on a setting is, and nobody can tell the difference."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from interview_analysis import analyze
from interview_analysis.errors import ConfigError, StorageFullError
from interview_analysis.features.conversation.candidate_view import candidate_view
from interview_analysis.features.tables import feature_tables
from interview_analysis.models.weights.hashes import file_sha256
from interview_analysis.pipeline.common import sources
from interview_analysis.pipeline.common.config import config_digest, load_norms, load_profile, load_run_config
from interview_analysis.pipeline.common.sources import PACKAGE
from interview_analysis.pipeline.interview import Analysis, ObservedPart, score_interview
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.observation import observe as observing
from interview_analysis.pipeline.observation import observed as remembering
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.observation.file import pack
from interview_analysis.pipeline.observation.joining import clip, joined, parted
from interview_analysis.pipeline.observation.joining_voices import joined_voices
from interview_analysis.pipeline.observation.observe import Known, observe
from interview_analysis.pipeline.observation.observed import (
    MEASURED_BY,
    OBSERVED,
    Grid,
    knowing_encoder,
    observation_keys,
    observed,
    recalled,
    tables_of,
)
from interview_analysis.pipeline.observation.observers import Observers
from interview_analysis.pipeline.observation.recording import RecordingFile
from interview_analysis.pipeline.outputs import save
from interview_analysis.types import Observations
from tests.media import grey, noise, write_recording
from tests.pipeline.observation.observed_scene import assert_same, scene

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

    class Counted(observing._Viewer):
        def __init__(self, pool, watching, every, given_up):
            started.append("face" if every == 1 else "pose")
            super().__init__(pool, watching, every, given_up)

    monkeypatch.setattr(observing, "_Viewer", Counted)
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


@pytest.mark.parametrize(
    ("override", "changed"),
    [
        ("frames_per_second=10", {"facts", "faces", "poses"}),
        ("max_side_px=480", {"facts", "faces", "poses"}),
        ("pose_every_nth_frame=3", {"poses"}),
        ("asr.language=zh", {"hearing"}),
        ("asr.beam_size=3", {"hearing"}),
        ("asr.vad.pad_s=0.2", {"hearing", "voices"}),
        ("asr.engine=openai-whisper", {"hearing"}),
        ("voices.count=2", {"voices"}),
        ("voices.same_voice=0.8", {"voices"}),
        ("asr.cpu_threads=3", set()),
        ("window_s=20", set()),
        ("timeline_events=[]", set()),
        ("encoder.threads=2", set()),
    ],
)
def test_a_setting_changes_the_keys_of_what_depends_on_it_alone(model_store, override, changed):
    def keys(*overrides: str) -> dict[str, str]:
        return observation_keys(SHA256, Observers(load_run_config(overrides=overrides), model_store))

    before, after = keys(), keys(override)
    assert {kind for kind in OBSERVED if before[kind] != after[kind]} == changed
    assert len(set(before.values())) == len(OBSERVED)


@pytest.mark.parametrize("changed", ["asr.engine=openai-whisper", "asr.compute_type=float32"])
def test_threads_that_move_last_digits_are_in_the_keys(model_store, changed):
    each = [
        Observers(load_run_config(overrides=[changed, f"asr.cpu_threads={threads}"]), model_store)
        for threads in (1, 2)
    ]
    keys = [observation_keys(SHA256, models)["hearing"] for models in each]
    assert keys[0] != keys[1]
    assert config_digest(each[0].config) != config_digest(each[1].config)


def test_the_digest_of_a_configuration_knows_no_threads_that_change_nothing():
    plain = load_run_config()
    same = load_run_config(overrides=["asr.cpu_threads=7", "encoder.threads=5"])
    assert (
        config_digest(plain) == config_digest(same) != config_digest(load_run_config(overrides=["hop_s=4"]))
    )
    own = [load_run_config(overrides=["encoder.path=/e5", f"encoder.threads={n}"]) for n in (1, 2)]
    assert config_digest(own[0]) != config_digest(own[1])


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


def test_another_recording_library_or_observer_changes_the_keys(loaded, monkeypatch):
    before = observation_keys(SHA256, loaded.observers)
    assert not set(before.values()) & set(observation_keys("cd" * 32, loaded.observers).values())
    version = remembering.library_version
    monkeypatch.setattr(
        remembering, "library_version", lambda name: "9" if name == "mediapipe" else version(name)
    )
    after = observation_keys(SHA256, loaded.observers)
    assert {kind for kind in OBSERVED if before[kind] != after[kind]} == {"faces", "poses"}
    monkeypatch.setattr(remembering, "OBSERVER_VERSIONS", {**remembering.OBSERVER_VERSIONS, "acoustics": 99})
    assert observation_keys(SHA256, loaded.observers)["acoustics"] != before["acoustics"]


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


def test_all_code_between_an_observation_and_its_features_decides_over_their_key():
    """What is kept of a recording is cut at holes, clipped, joined and taken of the candidate before it is measured."""
    for code in (parted, clip, joined, joined_voices, candidate_view, feature_tables):
        place = code.__module__.removeprefix("interview_analysis.").replace(".", "/") + ".py"
        assert any(place == known or place.startswith(f"{known}/") for known in MEASURED_BY), place


@pytest.fixture
def package(tmp_path: Path, monkeypatch) -> Iterator[Path]:
    """A copy of the code that features rest on, which may be changed."""
    for place in MEASURED_BY:
        source, copy = Path(str(PACKAGE / place)), tmp_path / place
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy)
    monkeypatch.setattr(sources, "PACKAGE", tmp_path)
    sources.sources_sha256.cache_clear()
    yield tmp_path
    sources.sources_sha256.cache_clear()


@pytest.mark.parametrize(
    "changed",
    [
        "features/conversation/candidate_view.py", "features/conversation/roles.py", "features/core/turns.py",
        "features/core/visual.py", "features/core/baseline.py", "features/language/sentences.py",
        "features/moments/moments.py", "features/voice/pauses.py", "features/tables.py", "types.py",
        "pipeline/observation/joining.py", "pipeline/observation/joining_voices.py",
    ],
)  # fmt: skip
def test_tables_made_by_other_code_are_made_again(changed, package, tmp_path):
    seen, cache = scene(), ObservationCache.at(tmp_path / "kept")
    made = replace(feature_tables(seen), events=())  # marked, by that it has none
    origin, grid = [({"facts": "k"}, None, None)], Grid(10.0, 10.0, 5.0)
    tables_of(seen, origin, cache, grid)
    (file,) = (tmp_path / "kept").rglob("*.features.npz")
    file.write_bytes(pack("features", file.name.partition(".")[0], made))
    assert tables_of(seen, origin, cache, grid).events == ()
    with (package / changed).open("a") as source:
        source.write("# another way to measure\n")
    sources.sources_sha256.cache_clear()
    assert tables_of(seen, origin, cache, grid).events != ()


def test_all_code_that_features_rest_on_is_in_their_key():
    """Whatever is imported to take the candidate's view, to clip and join, and to measure, but what only checks and names."""
    code = (
        "import sys, interview_analysis.features.tables, interview_analysis.features.conversation.roles, "
        "interview_analysis.features.conversation.candidate_view, interview_analysis.features.core.extractor as core;"
        "core.extractors();"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('interview_analysis.')), sep='\\n')"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    root = Path(str(PACKAGE)).resolve()
    files = [Path(line).relative_to(root).as_posix() for line in told.stdout.split()]
    assert len(files) > 40
    assert [name for name in files if not name.startswith(("features/", "types.py", "errors.py"))] == []


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
