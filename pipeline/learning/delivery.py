"""How an answer was delivered, from the measures of a prosody table: rates instead of counts, and nothing else.

The raw measures mix what was done with how long the answer was (counts of pauses), whose voice it is (pitch in
hertz, formants) and the room. These do not: they are relative to duration, words, or the speaker's own mean pitch. Raw
pitch is left out on purpose, because it tells a speaker's sex before anything else.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

DELIVERY_VERSION = 1
PROSODY = "voice.prosody."
_WORDS, _FILLERS = "content.answer_length.word_count", "voice.fillers.filled_pause_count"
_AS_THEY_ARE = {  # measures of the table that are relative already
    "unvoiced_ratio": "pitch_uvs_vratio",
    "intensity_mean_db": "intensity_mean",
    "intensity_sd_db": "intensity_sd",
    "intensity_range_db": "diff_int_max_min",
    "jitter_ratio": "jitter",
    "shimmer_ratio": "shimmer",
    "voice_breaks_ratio": "percent_breaks",
}
_PER_MINUTE = {"pauses_per_min": "num_pause", "voice_breaks_per_min": "num_voice_breaks"}


def delivery(prosody: pd.DataFrame, text: pd.DataFrame) -> pd.DataFrame:
    """Columns ``voice.delivery.<name>`` for what the two tables of answers (same index) allow."""

    def of(name: str) -> pd.Series | None:
        return prosody.get(f"{PROSODY}{name}")

    found: dict[str, pd.Series] = {}
    duration = of("duration_s")
    for name, source in _AS_THEY_ARE.items():
        if (values := of(source)) is not None:
            found[name] = values
    if duration is not None:
        for name, source in _PER_MINUTE.items():
            if (values := of(source)) is not None:
                found[name] = 60.0 * values / duration
        if (silent := of("tot_dur_pause")) is not None:
            found["pause_ratio"] = silent / duration
        if _WORDS in text:
            found["speaking_rate_wpm"] = 60.0 * text[_WORDS] / duration
    pitch, spread = of("mean_pitch_hz"), of("pitch_sd_hz")
    if pitch is not None and spread is not None:
        found["pitch_sd_ratio"] = spread / pitch
    if _WORDS in text and _FILLERS in text:
        found["filled_pauses_per_100"] = 100.0 * text[_FILLERS] / text[_WORDS]
    table = pd.DataFrame(found, index=prosody.index).rename(columns=lambda name: f"voice.delivery.{name}")
    return table.mask(~np.isfinite(table))
