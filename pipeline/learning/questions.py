"""Which question an answer belongs to, in transcripts of the MIT interviews.

Every interview asks the same five things in the same order, in two wordings (the first interview's and the second's):
yourself, leadership, a problem in a team, a weakness or what to change about oneself, why you.
"""

from __future__ import annotations

import re

QUESTIONS = (
    r"about (?:yourself|your ?self|your background)|your background",
    r"leader",
    r"\bteam|challeng|conflict",
    r"weakness|change one thing|option to change|thing about yourself",
    r"(?:should|would) (?:we |i )?(?:hire|get)|get the job|hire you|why do you think you",
)
_TURN = re.compile(r"\s*(interviewer|interviewee)\s*:", re.IGNORECASE)
_PATTERNS = tuple(re.compile(question) for question in QUESTIONS)


def turns(text: str) -> list[tuple[bool, str]]:
    """Turns in order as (whether the candidate speaks, what is said); a piece without a speaker goes on with the last."""
    found: list[tuple[bool, str]] = []
    for piece in text.split("|"):
        match = _TURN.match(piece)
        said = piece[match.end() :] if match else piece
        if match:
            found.append((match[1].casefold() == "interviewee", said.strip()))
        elif said.strip():
            candidate, before = found.pop() if found else (True, "")
            found.append((candidate, f"{before} {said.strip()}".strip()))
    return found


def answers_of(text: str) -> dict[int, str]:
    """What the candidate said to each of the questions, by number from 1; all as answer 0 where none can be told.

    A question opens when the interviewer asks it and no later one was asked before; small talk before the first
    belongs to it.
    """
    spoken = turns(text)
    answers: dict[int, list[str]] = {}
    current = 0
    for candidate, said in spoken:
        if candidate:
            answers.setdefault(max(1, current), []).append(said)
        else:
            current = _asked(said.casefold(), current)
    if current == 0:
        return {0: " ".join(said for candidate, said in spoken if candidate)}
    return {number: " ".join(parts) for number, parts in sorted(answers.items())}


def _asked(said: str, current: int) -> int:
    """The number of the last question that one turn of the interviewer asks, or the one that is open."""
    for number in range(current + 1, len(QUESTIONS) + 1):
        if _PATTERNS[number - 1].search(said) and number <= current + 2:
            return number
    return current
