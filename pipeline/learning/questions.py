"""Which of five known questions an answer belongs to, in transcripts of the MIT interviews.

Every interview asks the same five things in the same order, in two wordings (the first interview's and the second's):
yourself, leadership, a problem in a team, a weakness or what to change about oneself, why you.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from interview_analysis.features.language.questions import Said, questions

QUESTIONS = (
    r"about (?:yourself|your ?self|your background)|your background",
    r"leader",
    r"\bteam|challeng|conflict",
    r"weakness|change one thing|option to change|thing about yourself",
    r"(?:should|would) (?:we |i )?(?:hire|get)|get the job|hire you|why do you think you",
)
_TURN = re.compile(r"\s*(interviewer|interviewee)\s*:", re.IGNORECASE)
_PATTERNS = tuple(re.compile(question) for question in QUESTIONS)


def turns(text: str) -> list[Said]:
    """Turns in order; a piece without a speaker goes on with the last."""
    found: list[Said] = []
    for piece in text.split("|"):
        match = _TURN.match(piece)
        said = piece[match.end() :] if match else piece
        if match:
            role = match[1].casefold()
            found.append(Said(said.strip(), "candidate" if role == "interviewee" else "interviewer"))
        elif said.strip():
            before = found.pop() if found else Said("", "candidate")
            found.append(Said(f"{before.text} {said.strip()}".strip(), before.role))
    return found


def known_questions(spoken: Sequence[Said], candidates: Sequence[int]) -> dict[int, int]:
    """The number (from 1) of the known question that a turn asks, by the turn's index, among the turns `candidates`.

    Numbers never fall, and a question is asked at most one later than its place: what sounds like a later one is talk.
    """
    found: dict[int, int] = {}
    current = 0
    for index in candidates:
        said = spoken[index].text.casefold()
        numbers = range(current + 1, min(current + 2, len(QUESTIONS)) + 1)
        current = next((n for n in numbers if _PATTERNS[n - 1].search(said)), current)
        if current and _PATTERNS[current - 1].search(said):
            found[index] = current
    return found


def answers_of(text: str) -> dict[int, str]:
    """What the candidate said to each of the questions, by number from 1; all as answer 0 where none can be told.

    Small talk before the first belongs to it.
    """
    spoken = turns(text)
    numbers = known_questions(spoken, [question.turn for question in questions(spoken)])
    answers: dict[int, list[str]] = {}
    current = 1
    for index, turn in enumerate(spoken):
        current = numbers.get(index, current)
        if turn.role == "candidate":
            answers.setdefault(current if numbers else 0, []).append(turn.text)
    return {number: " ".join(parts) for number, parts in sorted(answers.items())}
