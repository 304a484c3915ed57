"""F0, intensity, harmonicity, jitter and shimmer against signals whose values are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from interview_analysis.models.voice.praat import acoustics, find_voice_range

RATE_HZ = 16_000


class HeldAudio:
    """Audio that is already complete."""

    def __init__(self, samples: NDArray[np.floating]) -> None:
        self._samples = samples.astype(np.float32)
        self.sample_rate_hz = RATE_HZ

    def wait(self, stop_sample: int) -> int:
        return self._samples.size

    def read(self, start_sample: int, stop_sample: int) -> NDArray[np.float32]:
        return self._samples[start_sample:stop_sample]


class DrippingAudio(HeldAudio):
    """Audio that is handed out in uneven amounts, as a decoder would."""

    def wait(self, stop_sample: int) -> int:
        return min(self._samples.size, stop_sample + stop_sample % 4711)


def times(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


def buzz(f0_hz: NDArray[np.float64] | float, seconds: float) -> NDArray[np.float64]:
    """Twelve harmonics falling by 6 dB an octave, peak below 0.5."""
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(f0_hz, times(seconds).shape)) / RATE_HZ
    wave = sum(np.sin(k * phase) / k for k in range(1, 13))
    return np.asarray(0.25 * wave)


def pulses(periods_s: NDArray[np.float64], amplitudes: NDArray[np.float64]) -> NDArray[np.float64]:
    """A train of pulses without DC (Ricker wavelets 2 ms wide) at exact, fractional times."""
    moments = np.cumsum(periods_s)
    out = np.zeros(int((moments[-1] + 0.01) * RATE_HZ))
    for moment, amplitude in zip(moments, amplitudes, strict=True):
        index = np.arange(int((moment - 0.002) * RATE_HZ), int((moment + 0.002) * RATE_HZ))
        squared = ((index / RATE_HZ - moment) / 0.0004) ** 2
        out[index] += amplitude * (1 - 2 * squared) * np.exp(-squared)
    return out


def test_tone_of_220_hz() -> None:
    track = acoustics(HeldAudio(0.5 * np.sin(2 * np.pi * 220 * times(3))))
    assert track.time_s.shape == (300,)
    assert track.time_s[0] == pytest.approx(0.005)
    inner = track.f0_hz[10:-10]
    np.testing.assert_allclose(inner, 220.0, atol=0.5)
    # RMS of 0.5 / sqrt(2) against 2e-5.
    np.testing.assert_allclose(track.intensity_db[10:-10], 84.95, atol=0.05)


@pytest.mark.parametrize("f0_hz", [70.0, 110.0, 220.0, 400.0])
def test_no_octave_errors_on_buzzes(f0_hz: float) -> None:
    track = acoustics(HeldAudio(buzz(f0_hz, 3)))
    np.testing.assert_allclose(track.f0_hz[20:-20], f0_hz, rtol=0.005)


def test_search_range_adapts_to_the_speaker() -> None:
    low = find_voice_range(HeldAudio(buzz(100.0, 3)))
    assert low.floor_hz == pytest.approx(70.0, rel=0.01)
    assert low.ceiling_hz == pytest.approx(150.0, rel=0.01)
    nobody = find_voice_range(HeldAudio(np.zeros(RATE_HZ)))
    assert (nobody.floor_hz, nobody.ceiling_hz) == (75.0, 500.0)
    assert nobody.reference_peak == 0.0


def test_glide_of_an_octave_is_followed() -> None:
    glide = 130.0 * 2 ** (times(6) / 6)
    track = acoustics(HeldAudio(buzz(glide, 6)))
    voiced = np.isfinite(track.f0_hz)
    assert voiced[10:-10].all()
    expected = 130.0 * 2 ** (track.time_s / 6)
    semitones = 12 * np.log2(track.f0_hz[voiced] / expected[voiced])
    assert np.abs(semitones).max() < 0.1


@pytest.mark.parametrize("ratio_db", [5.0, 10.0, 20.0, 30.0])
def test_hnr_is_the_ratio_that_was_mixed(ratio_db: float, rng: np.random.Generator) -> None:
    wave = buzz(150.0, 5)
    noise = rng.standard_normal(wave.size) * wave.std() * 10 ** (-ratio_db / 20)
    track = acoustics(HeldAudio(0.5 * (wave + noise)))
    assert np.nanmedian(track.hnr_db) == pytest.approx(ratio_db, abs=1.5)


def local_perturbation(values: NDArray[np.float64]) -> float:
    """Mean absolute difference of consecutive values over their mean: local jitter or shimmer by definition."""
    return float(np.abs(np.diff(values)).mean() / values.mean())


@pytest.mark.parametrize("deviation", [0.0, 0.01, 0.03])
def test_jitter_is_that_of_the_periods(deviation: float, rng: np.random.Generator) -> None:
    """Praat matches whole periods, neighbours included, so that it reads up to a fifth low when they differ much."""
    periods = 0.008 * (1 + rng.uniform(-deviation, deviation, 500))
    track = acoustics(HeldAudio(0.5 * pulses(periods, np.ones(500))))
    lengths = track.segment_end_s - track.segment_start_s
    assert lengths.sum() > 3.5
    measured = np.average(track.jitter_ratio, weights=lengths)
    assert measured == pytest.approx(local_perturbation(periods), rel=0.2, abs=0.0005)


@pytest.mark.parametrize("deviation", [0.0, 0.05, 0.15])
def test_shimmer_is_that_of_the_amplitudes(deviation: float, rng: np.random.Generator) -> None:
    amplitudes = 1 + rng.uniform(-deviation, deviation, 500)
    track = acoustics(HeldAudio(0.5 * pulses(np.full(500, 0.008), amplitudes)))
    lengths = track.segment_end_s - track.segment_start_s
    assert lengths.sum() > 3.5
    measured = np.average(track.shimmer_ratio, weights=lengths)
    assert measured == pytest.approx(local_perturbation(amplitudes), rel=0.1, abs=0.002)


def test_each_burst_is_a_segment_where_it_is() -> None:
    wave = np.zeros(6 * RATE_HZ)
    for start in (1.0, 2.5, 4.0):
        wave[int(start * RATE_HZ) :][: RATE_HZ // 2] = buzz(120.0, 0.5)
    track = acoustics(HeldAudio(wave))
    np.testing.assert_allclose(track.segment_start_s, [1.0, 2.5, 4.0], atol=0.03)
    np.testing.assert_allclose(track.segment_end_s, [1.5, 3.0, 4.5], atol=0.03)


@pytest.mark.parametrize("samples", [0, 100, 160, 2 * RATE_HZ])
def test_silence_is_nan(samples: int) -> None:
    track = acoustics(HeldAudio(np.zeros(samples)))
    assert track.time_s.size == samples // 160
    assert not np.isfinite([track.f0_hz, track.intensity_db, track.hnr_db]).any()
    assert track.segment_start_s.size == 0


def test_noise_is_hardly_ever_voiced(rng: np.random.Generator) -> None:
    track = acoustics(HeldAudio(0.1 * rng.standard_normal(10 * RATE_HZ)))
    assert np.isfinite(track.f0_hz).mean() < 0.05


def test_rumble_and_a_click_do_not_silence_the_voice() -> None:
    voice = 0.05 * buzz(120.0, 4)
    rumble = 0.3 * np.sin(2 * np.pi * 8 * times(4))
    rumble[2 * RATE_HZ] += 0.6
    track = acoustics(HeldAudio(voice + rumble))
    voiced = np.isfinite(track.f0_hz[20:-20])
    assert voiced.mean() > 0.95
    assert np.nanmedian(track.f0_hz) == pytest.approx(120.0, abs=0.5)


def test_blocks_and_arrival_do_not_matter(rng: np.random.Generator) -> None:
    """Bursts of a wandering voice with noise between, in blocks of 4 s and in one."""
    f0 = 140.0 * 2 ** (0.3 * np.sin(2 * np.pi * 0.4 * times(20)))
    loud = 0.5 + 0.5 * np.sign(np.sin(2 * np.pi * 0.9 * times(20)))
    wave = loud * buzz(f0, 20) + 0.003 * rng.standard_normal(f0.size)
    whole = acoustics(HeldAudio(wave), block_s=20.0)
    parts = acoustics(HeldAudio(wave), block_s=4.0)
    voiced = np.isfinite(whole.f0_hz)
    assert np.mean(voiced != np.isfinite(parts.f0_hz)) < 0.005
    both = voiced & np.isfinite(parts.f0_hz)
    np.testing.assert_allclose(parts.f0_hz[both], whole.f0_hz[both], rtol=1e-3)
    difference = np.abs(parts.intensity_db - whole.intensity_db)
    assert np.median(difference) < 0.001
    assert difference.max() < 0.5  # where a burst begins or ends, one sample more or less in the window shows
    assert np.median(parts.jitter_ratio) == pytest.approx(np.median(whole.jitter_ratio), rel=0.1)
    dripped = acoustics(DrippingAudio(wave), block_s=4.0)
    for name in ("f0_hz", "intensity_db", "hnr_db", "jitter_ratio", "shimmer_ratio"):
        np.testing.assert_array_equal(getattr(dripped, name), getattr(parts, name))


def test_progress_ends_at_the_duration() -> None:
    done: list[float] = []
    acoustics(HeldAudio(buzz(120.0, 5)), done.append, block_s=2.0)
    assert done == pytest.approx([2.0, 4.0, 5.0])


@pytest.mark.parametrize(
    ("clip", "low_hz", "high_hz"),
    [("audio_en/mfa_acoustic_corpus.wav", 85, 120), ("audio_zh/azure_zh-CN-training_audio1.wav", 200, 260)],
)
def test_real_voices_keep_to_their_octave(
    shared_data: Path, clip: str, low_hz: float, high_hz: float
) -> None:
    """Medians as pYIN gives them; the first clip carries a whistle near 500 Hz and strong rumble."""
    import librosa

    samples, _ = librosa.load(shared_data / clip, sr=RATE_HZ)
    f0 = acoustics(HeldAudio(samples)).f0_hz
    assert low_hz < np.nanmedian(f0) < high_hz
    p1, p99 = np.nanpercentile(f0, (1, 99))
    assert p99 / p1 < 3.5
