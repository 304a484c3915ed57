"""Made-up rated interviews, laid out like the MIT dataset, so that learning can be tried without anybody's data.

No person said or rated any of this. A hidden quality moves the voice, what is told and the ratings, so that there is
something to learn; `python -m interview_analysis.pipeline.learning.sample FOLDER` writes them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

PERSONS = 40
ASKED = (
    "Tell me about yourself", "Tell me about a time when you showed leadership",
    "Tell me about a challenge with your team", "What is your greatest weakness", "Why should we hire you",
)  # fmt: skip
PLAIN = (
    "um I guess I am interested in many things", "I don't really know maybe something like that",
    "we had some work to do and it was sort of fine", "it was okay I think", "uh that is probably about it",
)  # fmt: skip
TOLD = (
    "I led a team of {n} people and we delivered the project {k} weeks early",
    "I analysed the data of {n} users and then I built a prototype",
    "as a result our sales grew by {n} percent", "my task was to plan the work of {k} groups so I made a schedule",
    "I was excited to learn it and I solved the problem in {k} days",
)  # fmt: skip


def write_sample(folder: Path, persons: int = PERSONS, seed: int = 11) -> Path:
    """Write prosodic_features.csv, transcripts.csv and ratings.csv of `persons` persons, two interviews each."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    prosody, said, ratings = [], [], []
    for number in range(1, persons + 1):
        talent = rng.normal()
        for prefix in ("P", "PP"):
            key, quality = f"{prefix}{number}", talent + rng.normal(0, 0.4)
            prosody += [_voice(f"{key}Q{q + 1}", quality, rng) for q in range(len(ASKED))]
            said.append(f"{key},{'|'.join(_turns(quality, rng))}")
            ratings.append(_rated(key, quality, rng))
    pd.DataFrame(prosody).to_csv(folder / "prosodic_features.csv", index=False)
    (folder / "transcripts.csv").write_text("\n".join(said) + "\n", encoding="utf-8")
    pd.DataFrame(ratings).to_csv(folder / "ratings.csv", index=False)
    return folder


def _voice(key: str, quality: float, rng: np.random.Generator) -> dict[str, object]:
    return {
        "participant": key, "duration": round(60 + 10 * rng.normal(), 2), "energy": round(rng.normal(0.02, 0.005), 5),
        "mean_pitch": round(rng.normal(170, 30), 2), "pitch_sd": round(25 + 6 * quality + 5 * rng.normal(), 2),
        "speakRate": round(2.6 + 0.2 * quality + 0.2 * rng.normal(), 3),
        "percentUnvoiced": round(0.4 - 0.03 * quality + 0.05 * rng.normal(), 4),
    }  # fmt: skip


def _turns(quality: float, rng: np.random.Generator) -> list[str]:
    turns = []
    for question in ASKED:
        share = 1 / (1 + np.exp(-quality))
        kinds = [TOLD if rng.random() < share else PLAIN for _ in range(4)]
        lines = [str(rng.choice(kind)).format(n=rng.integers(3, 40), k=rng.integers(2, 6)) for kind in kinds]
        turns += [f"Interviewer: {question}?", f"Interviewee: {'. '.join(lines)}."]
    return turns


def _rated(key: str, quality: float, rng: np.random.Generator) -> dict[str, object]:
    def rating(weight: float) -> float:
        return round(float(np.clip(4.5 + weight * quality + rng.normal(0, 0.5), 1, 7)), 2)

    return {
        "Participant": key,
        "Overall": rating(0.8),
        "RecommendHiring": rating(0.7),
        "Excited": rating(0.9),
    }


if __name__ == "__main__":
    write_sample(Path(sys.argv[1]))
