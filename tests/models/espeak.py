"""Synthetic English speech from espeak-ng, for sentences that no clip has. Importing fails where it is absent."""

from __future__ import annotations

import ctypes

import espeakng_loader
import numpy as np
from numpy.typing import NDArray

from tests.models.audio import RATE_HZ

_SYNCHRONOUS, _CHARACTERS, _UTF_8, _RATE = 2, 1, 1, 1


def speak(text: str, words_per_min: int = 150) -> NDArray[np.float64]:
    """`text` at 16 kHz."""
    library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
    data = str(espeakng_loader.get_data_path()).encode()
    rate_hz = library.espeak_Initialize(_SYNCHRONOUS, 0, data, 0)
    blocks: list[NDArray[np.int16]] = []
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

    def collect(samples: ctypes._Pointer[ctypes.c_short], count: int, _: int) -> int:
        if samples and count:
            blocks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    callback = kind(collect)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetVoiceByName(b"en-us")
    library.espeak_SetParameter(_RATE, words_per_min, 0)
    encoded = text.encode() + b"\0"
    library.espeak_Synth(encoded, len(encoded), 0, _CHARACTERS, 0, _UTF_8, None, None)
    library.espeak_Synchronize()
    samples = np.concatenate(blocks) / 32768
    times = np.arange(int(len(samples) * RATE_HZ / rate_hz)) * rate_hz / RATE_HZ
    return np.interp(times, np.arange(len(samples)), samples)
