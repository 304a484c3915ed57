"""Pieces are found as in a dictionary of them."""

from __future__ import annotations

import random

import numpy as np
import pytest

from interview_analysis.models.text.packed import packed_encoder, packed_path
from interview_analysis.models.text.vocabulary import Vocabulary

TEXTS = (
    "", "a", "▁I▁rang▁the▁depot▁at▁six", "▁在我负责的项目里", "½▁①▁🎉🎉▁ﷺ", "안녕하세요▁日本語", "a\ud800b", "\ufffd", "x" * 300,
)  # fmt: skip


def by_dictionary(pieces: dict[str, int], text: str) -> list[list[tuple[int, int]]]:
    longest = max(map(len, pieces))
    return [
        [
            (end, pieces[text[start:end]])
            for end in range(start + 1, min(len(text), start + longest) + 1)
            if text[start:end] in pieces
        ]
        for start in range(len(text))
    ]


def vocabulary(pieces: list[str]) -> Vocabulary:
    said = [piece.encode() for piece in pieces]
    return Vocabulary(b"".join(said), np.cumsum([0, *map(len, said)]).astype(np.uint32))


@pytest.mark.parametrize("text", TEXTS)
def test_the_pieces_of_the_encoder(text):
    base = packed_encoder(packed_path())
    place, count = base.vocabulary
    ends = np.frombuffer(base.content, "<u4", count + 1, place).tolist()
    blob = bytes(base.content[place + 8 * count + 4 :][: ends[-1]])
    pieces: dict[str, int] = {}
    for number in range(count):
        if piece := blob[ends[number] : ends[number + 1]].decode():
            pieces.setdefault(piece, number)
    assert list(base.tokenizer.vocabulary.in_text(text)) == by_dictionary(pieces, text)


@pytest.mark.parametrize("seed", range(50))
def test_any_pieces(seed):
    """Equal ones, of which the first counts, empty ones, and more than are hashed at once."""
    chance = random.Random(seed)
    letters = "ab的é🎉"
    own = ["".join(chance.choices(letters, k=chance.randrange(4))) for _ in range(chance.choice((5, 200)))]
    own += [f"{number:08d}" for number in range(40_000)] if seed == 0 else []
    known: dict[str, int] = {}
    for number, piece in enumerate(own):
        if piece:
            known.setdefault(piece, number)
    text = "".join(chance.choices(letters, k=60))
    assert list(vocabulary([*own, "b"]).in_text(text)) == by_dictionary({"b": len(own)} | known, text)
