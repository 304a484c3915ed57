"""Spectra and peaks against the libraries' own, to the last bit."""

from __future__ import annotations

import librosa
import numpy as np
import pytest
from scipy.signal import find_peaks

from interview_analysis.models.voice.spectrum import peaks, short_time_spectrum


@pytest.mark.parametrize("samples", [512, 513, 4096, 50_000])
@pytest.mark.parametrize("padded", [False, True])
def test_spectra_are_librosas(samples: int, padded: bool):
    sound = np.random.default_rng(samples).standard_normal(samples).astype(np.float32)
    expected = librosa.stft(sound, n_fft=512, hop_length=160, center=padded)
    found = short_time_spectrum(sound, 512, 160, padded=padded)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("seed", range(200))
def test_peaks_are_scipys(seed: int):
    random = np.random.default_rng(seed)
    steps = random.standard_normal(random.integers(0, 200))
    values = np.round(np.cumsum(steps) * 2) / 2  # halves, so that there are flat tops
    expected, _ = find_peaks(values, height=0.5, prominence=1.5)
    np.testing.assert_array_equal(peaks(values, least=0.5, prominence=1.5), expected)
