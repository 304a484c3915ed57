"""Lines of a job description: list marks, numbered items inside a line, and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from interview_analysis.features.language.lexicons import LANGUAGES, phrases
from interview_analysis.features.language.sentences import normalise
from interview_analysis.scoring.profile import Language

Part = Literal["title", "duty", "must", "nice", "unmarked", "benefit", "company", "legal", "other"]
LEXICON = "job_text"
HEADED: tuple[Part, ...] = ("duty", "must", "nice", "benefit", "company", "legal", "other", "title")
_CJK = re.compile(r"[㐀-䶿一-鿿]")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
# A pictogram, or a digit in a key's cap, with what says how it is drawn.
SIGN = r"(?:[←-⇿⌀-⏿■-➿⤀-⥿⬀-⯿\U0001f000-\U0001faff]|[0-9#*]\ufe0f?\u20e3)[\ufe0f\u200d\U0001f3fb-\U0001f3ff]*"
_SIGNS_AT_END = re.compile(rf"(?:\s*{SIGN})+$")
_MARK = re.compile(
    rf"^\s*(?:(?:{SIGN})+\s*|[-*+•·‧・–—>]+\s*|[(（\[]?\d{{1,2}}[)）、\]]\s*|\d{{1,2}}[.．](?=\D)\s*"
    r"|[(（]?[一二三四五六七八九十]{1,3}[)）、.．]\s*|[①-⑳]\s*|[(]?(?:[a-zA-Z]|[ivx]{1,4})[)]\s+|__)+"
)
_DECORATION = "#*=_~ \t"
_ITEM_INSIDE = re.compile(
    r"(?:(?<=[;；。.:：,，、\s!！])|(?<=[一-鿿]))(?=(?:[(（]?\d{1,2}[)）.、](?!\d)|[(（][一二三四五六七八九十]{1,3}[)）]|[①-⑳])\s*\S)"
)
_MAX_HEADING_WORDS = 6
_MAX_HEADING_CHARACTERS = 12
_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "&",
        "the",
        "for",
        "of",
        "in",
        "to",
        "this",
        "that",
        "is",
        "are",
        "our",
        "your",
        "you",
        "key",
        "main",
        "job",
        "role",
        "position",
        "/",
        "-",
    ]
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its list mark. `after_blank`: an empty line, or nothing, stands before it."""

    text: str
    listed: bool
    after_blank: bool
    decorated: bool  # set apart as a heading by #, **, 【】 or capitals


def language_of(text: str, default: Language = "en") -> Language:
    """Chinese where there are at least as many Chinese characters as Latin words."""
    characters, words = len(_CJK.findall(text)), len(_LATIN_WORD.findall(text))
    if not characters and not words:
        return default
    return "zh" if characters >= words else "en"


def lines(text: str) -> list[Line]:
    """The lines of a text, broken before headings and numbered items that stand in the middle of one."""
    result: list[Line] = []
    blank = True
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if not raw.strip():
            blank = True
            continue
        for piece in _pieces(raw.strip()):
            bare = unmarked(piece)
            if any(c.isalnum() for c in bare):
                result.append(Line(bare, _listed(piece), blank, _decorated(piece)))
                blank = False
    return result


def _listed(piece: str) -> bool:
    bare = piece.strip(_DECORATION)
    return _MARK.sub("", bare) != bare or bool(re.match(r"\*\s", piece))


def unmarked(text: str) -> str:
    """`text` without list marks, pictograms and decoration at its ends."""
    return _SIGNS_AT_END.sub("", _MARK.sub("", text.strip(_DECORATION)).strip(_DECORATION))


def heading(line: Line, following: Sequence[Line]) -> tuple[Part | None, str]:
    """The section that a line opens (None where it opens none), and what follows its heading on the line.

    A known heading counts alone on its line or before a colon. One that is not known opens a section
    without a name, when it stands out: decorated, before a colon at the end of its line, or short and
    followed by a list.
    """
    head, colon, rest = _split(line.text)
    kind = section_named(head)
    if kind and (colon or not rest):
        return kind, rest
    if rest and colon:
        return None, line.text
    short = (
        len(head) <= _MAX_HEADING_CHARACTERS
        if language_of(head) == "zh"
        else len(head.split()) <= _MAX_HEADING_WORDS
    )
    alone = (
        not line.listed and not head.endswith(tuple("。；;.!！?？,，")) and not re.search(r"[。；;]", head)
    )
    if short and alone and line.after_blank and re.match(r"^(?:about |关于)", normalise(head)):
        return "company", ""
    before_list = bool(following) and following[0].listed and line.after_blank
    if short and alone and (colon or line.decorated or before_list):
        return "unmarked", ""
    return None, line.text


def _pieces(line: str) -> Iterator[str]:
    for part in _ITEM_INSIDE.split(_headings_inside().sub(lambda m: f"\n{m.group()}", line)):
        yield from (piece.strip() for piece in part.split("\n") if piece.strip())


def _decorated(piece: str) -> bool:
    letters = [c for c in piece if c.isalpha()]
    capitals = len(letters) >= 4 and all(c.isupper() for c in letters) and all(c.isascii() for c in letters)
    return capitals or bool(re.match(r"^\s*(?:#|\*\*.*\*\*\s*[:：]?\s*$|【|\[|==)", piece))


@cache
def _headings_inside() -> re.Pattern[str]:
    words = sorted(
        {w for kind in HEADED[:7] for w in phrases(LEXICON, f"{kind}_headings", "zh") if len(w) >= 3},
        key=lambda w: (-len(w), w),
    )
    return re.compile(
        rf"(?<=\S)[【\[]?(?:{'|'.join(map(re.escape, words))})[】\]]?\s*[:：]|(?<=\S)【[^】\n]{{2,16}}】"
    )


@cache
def _headings() -> dict[str, Part]:
    table: dict[str, Part] = {}
    for kind in HEADED:
        for language in LANGUAGES:
            for phrase in phrases(LEXICON, f"{kind}_headings", language):
                table.setdefault(normalise(phrase), kind)
    return table


def _split(text: str) -> tuple[str, str, str]:
    """Heading, colon, remainder; the heading may stand in brackets."""
    bracket = re.match(r"^[【\[]([^】\]]{1,30})[】\]]\s*[:：]?\s*(.*)$", text)
    if bracket:
        return bracket.group(1).strip(), ":", bracket.group(2)
    match = re.match(r"^(.{1,45}?)(?:\*\*)?\s*[:：](?:\*\*)?(?!//)\s*(.*)$", text)
    if match:
        return match.group(1).strip(_DECORATION), ":", match.group(2).strip(_DECORATION)
    return text.strip(_DECORATION + "[]【】<>"), "", ""


def section_named(head: str) -> Part | None:
    """The section of a known heading; of both halves of a bilingual one; with small words around it."""
    key = normalise(head).replace("&", "and").strip(" .:!?*_-—–~'\"<>[]")
    table = _headings()
    for candidate in (key, re.sub(r"\s*[(].*?[)]\s*", " ", key).strip()):
        if candidate in table:
            return table[candidate]
    latin = " ".join(_CJK.sub(" ", key).split()).strip(" /|-()")
    characters = "".join(_CJK.findall(key))
    if latin and characters:
        return table.get(latin) or table.get(characters)
    if len(key.split()) <= _MAX_HEADING_WORDS and latin:
        words = [w for w in re.split(r"[\s,]+", key) if w]
        for phrase, kind in sorted(table.items(), key=lambda item: (-len(item[0]), item[0])):
            if kind != "title" and len(phrase) >= 5 and not _CJK.search(phrase) and phrase in key:
                rest = [w for w in key.replace(phrase, " ").split() if w not in _SMALL]
                if not rest and words:
                    return kind
    if characters and len(key) <= _MAX_HEADING_CHARACTERS:
        best = max((p for p in table if len(p) >= 4 and p in key), key=lambda p: (len(p), p), default=None)
        return table[best] if best and table[best] != "title" else None
    return None
