"""A description that lost its line ends, as a field of a form or of a table does: cut into lines again."""

from __future__ import annotations

import re
from functools import cache

from interview_analysis.features.language.lexicons import phrases
from interview_analysis.scoring.jobs.headings import HEADED, LEXICON, SIGN, Part
from interview_analysis.scoring.profile import Language

_MAX_LINES = 3  # more lines than these are the text's own
_MIN_CHARACTERS = {"zh": 60, "en": 160}  # shorter lines are lines
_MIN_MARKS = 3  # of one kind, that make a list
_LONG_ITEM = 100  # characters without punctuation, in which more than one item may stand
_MIN_SURE = 2  # headings of a line that holds a whole description
_ESCAPED = re.compile(r"(?:\\r)?\\n|\\r")
_MARKS = (
    re.compile(r"(?<=\S)\s*(?=[-–—*]\s)"),
    re.compile(rf"(?<=\S)\s*(?=(?:[•●·‧・▪◦‣]|{SIGN})\s*\S)"),
    re.compile(r"(?<=\S)\s+(?=[(（]?[一二三四五六七八九十]{1,3}[)）、])"),
    re.compile(r"(?<=\S)\s+(?=[一-鿿]{2,8}[:：])"),
    re.compile(r"(?<=\S)\s*\|\s*(?=\S)"),
    re.compile(r"(?<=\S)\s*\t\s*(?=\S)"),
)
_CAPITAL = re.compile(r"\b(?P<word>[a-z0-9]+) (?=[A-Z][a-z]* [a-z])")
_RUNS_ON = frozenset(
    ["a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "like", "of", "on", "or", "our", "the", "to", "using",
     "with", "your"]
)  # fmt: skip
_OPENS = re.compile(rf"\s*(?:(?P<colon>[:：])|(?P<letter>[A-Z(“\"])|[-–—•*·0-9]|{SIGN}|$)")


def unfolded(text: str) -> str:
    """`text`, with headings and items of lists on lines of their own where nearly all of it stands on one."""
    text = _ESCAPED.sub("\n", text) if len(_ESCAPED.findall(text)) >= _MIN_MARKS else text
    lines = text.splitlines()
    if sum(bool(line.strip()) for line in lines) > _MAX_LINES:
        return text
    return "\n".join(_unfolded(line) for line in lines)


def _unfolded(line: str) -> str:
    chinese = bool(re.search(r"[一-鿿]", line))
    if len(line) < _MIN_CHARACTERS["zh" if chinese else "en"]:
        return line
    for mark in _MARKS:
        if len(mark.findall(line)) >= _MIN_MARKS:
            line = mark.sub("\n", line)
    line = _chinese_headings().sub(lambda m: "\n" + m.group().strip() + ("\n" if m["space"] else ""), line)
    return "\n".join(_parted(piece) for piece in _with_english_headings(line).split("\n"))


def _with_english_headings(line: str) -> str:
    """Headings on lines of their own, or before their colon: where two are sure, what looks like one is one."""
    found = [
        (m, opens)
        for m in _english_headings().finditer(line)
        if m.group()[0].isupper()
        and (opens := _OPENS.match(line, m.end()))
        and (opens["colon"] or m.group().lower() not in _headings("en", ("other",)))
    ]
    several = sum(_is_sure(m, opens) for m, opens in found) >= _MIN_SURE
    parts, end = [], 0
    for m, opens in found:
        if several or opens["colon"]:
            parts += [line[end : m.start()], "\n", m.group(), "" if opens["colon"] else "\n"]
            end = m.end()
    return "".join([*parts, line[end:]])


def _is_sure(found: re.Match[str], opens: re.Match[str]) -> bool:
    """Whether a heading is one by itself: of several words, before a mark, or after the end of a sentence."""
    before = found.string[: found.start()].rstrip(" ")
    return " " in found.group() or not opens["letter"] or not before or before[-1] in ".!?;\n"


def _parted(line: str) -> str:
    """A run of items without any punctuation, parted before each capital that begins a sentence."""
    if len(line) < _LONG_ITEM or re.search(r"[.;!?。；]", line):
        return line
    return _CAPITAL.sub(lambda m: m.group() if m["word"] in _RUNS_ON else f"{m['word']}\n", line)


@cache
def _headings(language: Language, kinds: tuple[Part, ...] = HEADED[:-1]) -> tuple[str, ...]:
    """The known headings but for those of a title, the longest first."""
    known = {phrase for kind in kinds for phrase in phrases(LEXICON, f"{kind}_headings", language)}
    return tuple(sorted(known, key=lambda phrase: (-len(phrase), phrase)))


@cache
def _english_headings() -> re.Pattern[str]:
    either = "|".join(re.escape(w).replace("'", "['’]") for w in _headings("en") if len(w) > 4)
    return re.compile(rf"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))(?i:{either})(?![a-z])")


@cache
def _chinese_headings() -> re.Pattern[str]:
    either = "|".join(re.escape(w) for w in _headings("zh") if len(w) > 3)
    known = rf"(?:{either})(?:(?=\s*[:：]|\s*[1一①])|(?P<space>\s))"
    return re.compile(rf"(?<=\S)\s+(?:【[^】\n]{{2,16}}】|{known})")
