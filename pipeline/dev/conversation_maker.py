"""Conversations of known truth, joined from recordings of single people.

    python -m interview_analysis.pipeline.dev.conversation_maker --data FOLDER --out FOLDER

Each person's clips are cut at their pauses into utterances. People take turns with gaps and overlaps, each at a
level of their own, over the noise of a quiet room. The truth is exact as to who speaks: it is where each utterance
was put, with the speech in it as the voice activity detector finds it in the clean clip.
"""

from __future__ import annotations

import argparse
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.voice.vad import SpeechDetector
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.dev.diarization_error import write_rttm
from interview_analysis.pipeline.media.audio_spool import SAMPLE_RATE_HZ, AudioSpool
from interview_analysis.pipeline.media.decoding import Decoder
from interview_analysis.types import Interval, Turn

BREAK_S = 0.5  # a shorter pause does not end a turn
_UTTERANCE_S = 8.0  # an utterance ends at the first pause after this much
_MARGIN_S = 0.05
_OVERLAP_SHARE = 0.15  # of the changes of speaker
_OVERLAP_S, _GAP_S = (0.2, 1.0), (0.1, 1.2)
_CHANGE_SHARE = 0.75  # of utterances are followed by somebody else's
_LEVELS_DB = (-32.0, -20.0)  # RMS of a person's speech
_NOISE_DB = -65.0


@dataclass(frozen=True, slots=True)
class Utterance:
    """Samples at 16 kHz, and the speech in them, seconds from their start."""

    samples: NDArray[np.float32]
    speech: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class MadeConversation:
    """Samples at 16 kHz, one column a person before they are mixed, shape (n, people)."""

    tracks: NDArray[np.float32]
    truth: tuple[Turn, ...]

    @property
    def samples(self) -> NDArray[np.float32]:
        """The mono mix."""
        mixed: NDArray[np.float32] = np.clip(self.tracks.sum(axis=1), -1, 1)
        return mixed


def utterances(clips: Sequence[Path], detector: SpeechDetector) -> tuple[Utterance, ...]:
    """What one person says in some recordings, cut at pauses."""
    found = []
    for clip in clips:
        with AudioSpool() as spool, Decoder(clip) as decoder:
            for _ in decoder.frames(spool):
                pass
            for group in _groups(detector.detect(spool).regions):
                start_s, end_s = max(0.0, group[0].start_s - _MARGIN_S), group[-1].end_s + _MARGIN_S
                samples = spool.read(round(start_s * SAMPLE_RATE_HZ), round(end_s * SAMPLE_RATE_HZ))
                speech = tuple(Interval(r.start_s - start_s, r.end_s - start_s) for r in group)
                found.append(Utterance(samples, speech))
    return tuple(found)


def _groups(regions: Sequence[Interval]) -> list[list[Interval]]:
    groups: list[list[Interval]] = []
    for region in regions:
        held = groups[-1] if groups else []
        if held and region.end_s - held[0].start_s <= _UTTERANCE_S and region.start_s - held[-1].end_s < 1.0:
            held.append(region)
        else:
            groups.append([region])
    return groups


def conversation(people: Sequence[Sequence[Utterance]], seconds: float, seed: int) -> MadeConversation:
    """People taking turns for about `seconds`; the same arguments give the same conversation.

    Who has said everything begins again, in another order.
    """
    rng = np.random.default_rng(seed)
    gains = [_gain(said, rng) for said in people]
    placed: list[tuple[int, float, Utterance]] = []
    waiting: list[list[int]] = [[] for _ in people]
    end_s, last_start_s, speaker = 0.5, 0.0, int(rng.integers(len(people)))
    for number in range(10_000):
        if end_s >= seconds:
            break
        previous = speaker
        if number and (rng.random() < _CHANGE_SHARE or number < len(people)):
            others = [p for p in range(len(people)) if p != speaker]
            unheard = [p for p in others if all(p != who for who, _, _ in placed)]
            speaker = int(rng.choice(unheard or others or [speaker]))
        if not waiting[speaker]:
            waiting[speaker] = list(rng.permutation(len(people[speaker])))
        said = people[speaker][waiting[speaker].pop()]
        apart = speaker == previous or rng.random() >= _OVERLAP_SHARE
        shift_s = rng.uniform(*_GAP_S) if apart else -rng.uniform(*_OVERLAP_S)
        start_s = max(last_start_s + 0.5, end_s + shift_s) if number else end_s
        placed.append((speaker, start_s, said))
        last_start_s, end_s = start_s, max(end_s, start_s + len(said.samples) / SAMPLE_RATE_HZ)
    return _mixed(placed, gains, end_s + 0.5, rng)


def _gain(said: Sequence[Utterance], rng: np.random.Generator) -> float:
    power = float(np.mean(np.square(np.concatenate([u.samples for u in said]), dtype=np.float64)))
    return float(10 ** (rng.uniform(*_LEVELS_DB) / 20) / np.sqrt(max(power, 1e-12)))


def _mixed(
    placed: Sequence[tuple[int, float, Utterance]],
    gains: Sequence[float],
    end_s: float,
    rng: np.random.Generator,
) -> MadeConversation:
    tracks = np.zeros((round(end_s * SAMPLE_RATE_HZ), len(gains)), dtype=np.float32)
    speech: dict[int, list[Interval]] = {}
    for who, start_s, said in placed:
        first = round(start_s * SAMPLE_RATE_HZ)
        tracks[first : first + len(said.samples), who] += said.samples * gains[who]
        speech.setdefault(who, []).extend(
            Interval(start_s + r.start_s, start_s + r.end_s) for r in said.speech
        )
    noise = rng.standard_normal(tracks.shape) * 10 ** (_NOISE_DB / 20) / np.sqrt(len(gains))
    turns = [Turn(who, r.start_s, r.end_s) for who, spoken in speech.items() for r in bridged(spoken)]
    truth = tuple(sorted(turns, key=lambda turn: (turn.start_s, turn.voice)))
    return MadeConversation(tracks + noise.astype(np.float32), truth)


def bridged(speech: Sequence[Interval], break_s: float = BREAK_S) -> list[Interval]:
    """Stretches joined over pauses shorter than `break_s`."""
    joined: list[Interval] = []
    for stretch in sorted(speech, key=lambda s: s.start_s):
        if joined and stretch.start_s - joined[-1].end_s < break_s:
            joined[-1] = Interval(joined[-1].start_s, max(joined[-1].end_s, stretch.end_s))
        else:
            joined.append(stretch)
    return joined


def write_wav(samples: NDArray[np.floating], path: Path) -> None:
    """16-bit WAV at 16 kHz of samples of shape (n,) or (n, channels)."""
    data = np.round(np.clip(samples, -1, 1) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if data.ndim == 1 else data.shape[1])
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(data.tobytes())


# People in the recordings that the project develops with. Thresholds were set on "dev" alone.
PEOPLE: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "dev": {
        "en": {
            "azure": ("audio_en/azure_en-training_audio1.wav", "audio_en/azure_en-training_audio2.wav"),
            "librispeech_198": ("audio_en/librispeech_198-209-0000.ogg",),
            "mfa": ("audio_en/mfa_acoustic_corpus.wav",),
            "higgs": ("audio_en/higgs_en_man.wav",),
            "latentsync": ("video_talking/latentsync_demo3_en_seated.mp4",),
            "speechbrain": tuple(f"audio_en/speechbrain_spk1_snt{n}.wav" for n in (1, 2, 4)),
        },
        "zh": {
            "azure": ("audio_zh/azure_zh-CN-training_audio1.wav", "audio_zh/azure_zh-CN-training_audio2.wav"),
            "kimi": ("audio_zh/kimi_asr_example.wav",),
        },
    },
    "held_out": {
        "en": {
            "azure_sdk": ("audio_en/azure_aboutSpeechSdk.wav",),
            "librispeech_1995": ("audio_en/librispeech_1995-1837-0001.wav",),
            "librispeech_2412": ("audio_en/librispeech_2412-153948-0000.flac",),
            "harvard": ("audio_en/OSR_us_000_0034_8k.wav",),
            "infinitetalk": ("video_talking/infinitetalk_ref_video.mp4",),
            "jfk": ("audio_en/jfk.flac",),
            "librivox": tuple(f"audio_en/librivox_sense_{n}.wav" for n in ("0870", "0880", "0920")),
            "aoc": ("video_talking/sadtalker_WDA_AOC_000.mp4",),
            "fast": ("audio_en/minicpm_fast-pace.wav",),
        },
        "zh": {
            "joyhallo": ("audio_zh/joyhallo_0_female.wav",),
            "funasr": ("audio_zh/funasr_asr_example.wav",),
            "firered": ("audio_zh/firered_BAC009S0764W0121.wav",),
        },
    },
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description="Conversations of known truth from recordings of single people."
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder with the recordings of PEOPLE")
    parser.add_argument("--out", type=Path, required=True, help="where the WAV and RTTM files go")
    parser.add_argument("--split", choices=tuple(PEOPLE), default="dev")
    parser.add_argument("--language", choices=("en", "zh"), default="en")
    parser.add_argument("--voices", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    detector = SpeechDetector(ModelStore().path("silero-vad"))
    clips = PEOPLE[options.split][options.language]
    said = {
        name: utterances([options.data / clip for clip in files], detector) for name, files in clips.items()
    }
    options.out.mkdir(parents=True, exist_ok=True)
    for number in range(options.count):
        chosen = chosen_people(tuple(said), options.voices, options.seed + number)
        made = conversation([said[name] for name in chosen], options.seconds, options.seed + number)
        stem = options.out / f"{options.split}_{options.language}_{'+'.join(chosen)}_{options.seed + number}"
        write_wav(made.samples, stem.with_suffix(".wav"))
        write_rttm(made.truth, stem.with_suffix(".rttm"))


def chosen_people(names: Sequence[str], count: int, seed: int) -> tuple[str, ...]:
    """`count` of the people, other ones for another seed."""
    order = np.random.default_rng(seed).permutation(len(names))
    return tuple(names[i] for i in order[:count])


if __name__ == "__main__":
    main()
