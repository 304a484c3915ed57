"""How well voices are told apart, and what it costs.

    python -m interview_analysis.pipeline.dev.diarization_benchmark --data FOLDER

Conversations of known truth are made of recordings of single people, "dev" those on whom thresholds were set and
"held_out" others; real dialogues have their truth from people. Times are of the processor, with one thread.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from interview_analysis.features.conversation.speakers import words_by_voice
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.dev.conversation_maker import (
    PEOPLE,
    MadeConversation,
    chosen_people,
    conversation,
    utterances,
)
from interview_analysis.pipeline.dev.diarization_error import diarization_error, read_rttm
from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.decoding import Decoder
from interview_analysis.pipeline.observation.observe import Known, observe
from interview_analysis.pipeline.observation.observers import Observers
from interview_analysis.types import Interval, Transcript, Turn, Voices

Row = dict[str, Any]
_SECONDS = {1: 90.0, 2: 120.0, 3: 150.0, 4: 180.0, 5: 180.0}
_COUNTS = {1: 1, 2: 8, 3: 5, 4: 5, 5: 4}  # how many conversations of as many voices
_MIN_SAME_S = 5.0  # a recording of one voice that is shorter says little
_PYANNOTE_TRUTH = Interval(6.69, 30.0)  # what lies before is not labelled


def made_conversations(data: Path, models: Observers, split: str, words: int) -> Iterator[Row]:
    """A row a conversation: voices, found, DER, and the word-speaker accuracy of the first `words` of two voices."""
    for language, people in PEOPLE[split].items():
        said = {
            name: utterances([data / clip for clip in clips], models.detector)
            for name, clips in people.items()
        }
        for voices in (v for v in _COUNTS if v <= len(people)):
            for number in range(_COUNTS[voices] if voices > 1 else len(people)):
                chosen = chosen_people(tuple(said), voices, number) if voices > 1 else (tuple(said)[number],)
                row = {"split": split, "language": language, "voices": voices, "people": "+".join(chosen)}
                made = conversation([said[name] for name in chosen], _SECONDS[voices], number)
                with _spooled(made) as spool:
                    yield row | _measured(
                        spool, made, models, language if number < words and voices == 2 else ""
                    )


def _spooled(made: MadeConversation) -> AudioSpool:
    spool = AudioSpool()
    spool.append(made.samples)
    spool.finish()
    return spool


def _measured(spool: AudioSpool, made: MadeConversation, models: Observers, words_in: str) -> Row:
    speech = models.detector.detect(spool)
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    found = models.diarize(spool, speech)
    cost = {"wall_s": time.perf_counter() - wall_s, "cpu_s": time.process_time() - cpu_s}
    row: Row = {"seconds": spool.duration_s, "found": found.count, **cost, **_error_row(made.truth, found)}
    if words_in:
        transcript, _ = models.speaking(words_in).transcribe(spool, lambda _: None)
        row |= timed_word_accuracy(transcript, made.truth, found)
    return row


def _error_row(truth: Sequence[Turn], found: Voices, within: Interval | None = None) -> Row:
    error = diarization_error(truth, found.turns, within=within)
    strict = diarization_error(truth, found.turns, within=within, collar_s=0.0)
    return {
        "der": error.rate,
        "der_without_collar": strict.rate,
        "missed": error.missed_s / error.total_s,
        "false_alarm": error.false_alarm_s / error.total_s,
        "confused": error.confused_s / error.total_s,
        "total_s": error.total_s,
        "overlap_s": strict.overlap_s,
        "overlap_claimed_s": strict.overlap_claimed_s,
        "overlap_shared_s": strict.overlap_shared_s,
    }


def timed_word_accuracy(transcript: Transcript, truth: Sequence[Turn], found: Voices) -> Row:
    """The share of recognised words with the right voice, of those that are truly near somebody's."""
    mapping = diarization_error(truth, found.turns).mapping
    true = words_by_voice(transcript, replace(found, turns=tuple(truth)))
    told = words_by_voice(transcript, found)
    pairs = [(a, b) for a, b in zip(true, told, strict=True) if a is not None]
    right = sum(mapping.get(a) == b and b is not None for a, b in pairs)
    return {"words": len(pairs), "words_right": right}


def written_word_accuracy(transcript: Transcript, reference: str, found: Voices) -> Row:
    """The same against a transcript with a "Name: text" a line: recognised words are aligned with its words."""
    names, words = [], []
    for line in reference.splitlines():
        name, _, text = line.partition(":")
        for word in _plain(text):
            names.append(name.strip())
            words.append(word)
    heard = [(plain, i) for i, word in enumerate(transcript.words) for plain in _plain(word.text)]
    told = words_by_voice(transcript, found)
    blocks = difflib.SequenceMatcher(None, words, [w for w, _ in heard], autojunk=False).get_matching_blocks()
    pairs = [(names[b.a + k], told[heard[b.b + k][1]]) for b in blocks for k in range(b.size)]
    people, voices = list(dict.fromkeys(names)), range(found.count)
    from scipy.optimize import linear_sum_assignment

    table = [[sum(pair == (person, voice) for pair in pairs) for voice in voices] for person in people]
    rows, columns = linear_sum_assignment(table, maximize=True)
    return {"words": len(pairs), "words_right": sum(table[r][c] for r, c in zip(rows, columns, strict=True))}


def _plain(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def real_dialogues(data: Path, models: Observers) -> Iterator[Row]:
    """The shared recordings of two people, with their number estimated and told."""
    for count in (None, 2):
        config = load_run_config(overrides=[f"voices.count={count}"] if count else [])
        told = Observers(config, models.store)
        for name in ("pyannote_sample", "azure_katiesteve_29s"):
            path = data / "dialogue" / f"{name}.wav"
            with decoded(path) as spool:
                transcript, speech = told.speaking("en").transcribe(spool, lambda _: None)
                found = told.diarize(spool, speech)
            row: Row = {"recording": name, "count": "told" if count else "estimated", "found": found.count}
            if (rttm := path.with_suffix(".rttm")).is_file():
                truth = read_rttm(rttm)
                kept = [s for s in transcript.segments if s.start_s >= _PYANNOTE_TRUTH.start_s]
                row |= _error_row(truth, found, _PYANNOTE_TRUTH)
                yield row | timed_word_accuracy(replace(transcript, segments=tuple(kept)), truth, found)
            else:
                reference = path.with_suffix(".ref.txt").read_text(encoding="utf-8")
                yield row | written_word_accuracy(transcript, reference, found)


def decoded(path: Path) -> AudioSpool:
    """The sound of a recording."""
    spool = AudioSpool()
    with Decoder(path) as decoder:
        for _ in decoder.frames(spool):
            pass
    return spool


def same_voice(data: Path, models: Observers) -> Iterator[Row]:
    """Each recording of one person as it is, and each two of the same person one after the other."""
    for split, languages in PEOPLE.items():
        for language, people in languages.items():
            for name, clips in people.items():
                one_by_one = [[clip] for clip in clips]
                pairs = [[a, b] for i, a in enumerate(clips) for b in clips[i + 1 :]]
                for chosen in (*one_by_one, *pairs):
                    with AudioSpool() as spool:
                        for clip in chosen:
                            with decoded(data / clip) as part:
                                spool.append(part.read(0, part.samples))
                        spool.finish()
                        speech = models.detector.detect(spool)
                        if speech.speech_s < _MIN_SAME_S:
                            continue
                        found = models.diarize(spool, speech)
                    yield {
                        "split": split, "language": language, "people": name, "recordings": len(chosen),
                        "found": found.count,
                    }  # fmt: skip


def whole_job(recording: Path, models: Observers) -> Row:
    """Processor and wall seconds of observing a recording with and without telling voices apart."""
    models.load()
    first = observe(recording, models)
    row: Row = {"recording": recording.name, "seconds": first.facts.duration_s}
    for name, known in (("with", Known()), ("without", Known(voices=first.voices))):
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        observe(recording, models, known=known)
        row |= {
            f"{name}_wall_s": time.perf_counter() - wall_s,
            f"{name}_cpu_s": time.process_time() - cpu_s,
        }
    return row


def summary(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Made conversations by split, language and number of voices."""
    groups: dict[tuple[str, str, int], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["split"], row["language"], row["voices"]), []).append(row)
    found = []
    for (split, language, voices), held in groups.items():
        total_s = sum(row["total_s"] for row in held)
        words = sum(row.get("words", 0) for row in held)
        overlap_s, claimed_s, shared_s = (
            sum(row[f"overlap_{part}s"] for row in held) for part in ("", "claimed_", "shared_")
        )
        found.append({
            "split": split, "language": language, "voices": voices, "conversations": len(held),
            "der": sum(row["der"] * row["total_s"] for row in held) / total_s,
            "der_without_collar": sum(row["der_without_collar"] * row["total_s"] for row in held) / total_s,
            "count_right": sum(row["found"] == voices for row in held),
            "overlap_recall": shared_s / overlap_s if overlap_s else None,
            "overlap_precision": shared_s / claimed_s if claimed_s else None,
            "words": words,
            "word_accuracy": sum(row.get("words_right", 0) for row in held) / words if words else None,
            "x_real_time_cpu": sum(row["seconds"] for row in held) / sum(row["cpu_s"] for row in held),
        })  # fmt: skip
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="How well voices are told apart, and what it costs.")
    parser.add_argument(
        "--data", type=Path, required=True, help="the folder of recordings, see conversation_maker"
    )
    parser.add_argument("--split", choices=tuple(PEOPLE), action="append", help="default: both")
    parser.add_argument(
        "--words", type=int, default=2, help="conversations of each kind that are transcribed"
    )
    parser.add_argument("--out", type=Path, help="where all rows go, as JSON")
    options = parser.parse_args(arguments)
    models = Observers(load_run_config(), ModelStore())
    rows: dict[str, Any] = {"made": []}
    for split in options.split or tuple(PEOPLE):
        rows["made"] += made_conversations(options.data, models, split, options.words)
    rows["summary"] = summary(rows["made"])
    rows["real"] = list(real_dialogues(options.data, models))
    rows["same_voice"] = list(same_voice(options.data, models))
    rows["whole_job"] = [whole_job(options.data / name, models) for name in (
        "audio_en/azure_aboutSpeechSdk.wav", "video_talking/latentsync_demo3_en_seated.mp4",
    )]  # fmt: skip
    if options.out:
        options.out.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    shown = {key: value for key, value in rows.items() if key not in ("made", "same_voice")}
    single = rows["same_voice"]
    shown["same_voice"] = {"recordings": len(single), "one_voice": sum(row["found"] == 1 for row in single)}
    sys.stdout.write(json.dumps(shown, indent=1) + "\n")


if __name__ == "__main__":
    main()
