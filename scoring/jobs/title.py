"""The title of a job: at the head of its description, behind a label, or in its first sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from interview_analysis.features.language.lexicons import LANGUAGES, phrases
from interview_analysis.features.language.sentences import normalise
from interview_analysis.scoring.jobs.headings import LEXICON, Line, heading, language_of

_MAX_TITLE = {"zh": 60, "en": 90}  # characters of a line that may be a title
_MAX_SENTENCE = {"zh": 14, "en": 60}  # ... of a first sentence that may be one
_LONGEST = 80
_HIRING = re.compile(
    r"^(?:高薪|急|诚)?(?:诚聘|急聘|招聘|急招|招募|直招|招|聘)(?:启事|公告|信息)?\s*[:：-]?\s*|^(?:notice of )?(?:open |public )?recruitment(?: notice| of)?\s*[:–-]+\s*|^(?:now |we're |we are )?hiring\s*[:!-]?\s*(?:an? )?",
    re.IGNORECASE,
)
_PAY = re.compile(
    r"[\s|,，/·—–-]*(?:(?:月薪|年薪|综合工资|底薪|薪资|工资|salary)\s*)?(?:[¥￥$£€]\s?)?\d[\d.,]*\s?[kK千万元]?\s*[-~—–至]\s*[¥￥$£€]?\s?\d[\d.,]*\s?[kK千万元]?.*$"
)
_COUNT = re.compile(r"[（(]?\s*(?:\d+|[一二两三四五六七八九十]+)\s*[名人位][）)]?\s*$")
_COMPANY = re.compile(
    r"(?:公司|集团|医院|大学|学院|研究院|学校|酒店|银行|事务所|中心)$|\b(?:Inc|Ltd|Co|LLC|GmbH|plc|Limited|Group|Corp)\.?$"
)


def take_title(lines: Sequence[Line]) -> tuple[str, list[Line]]:
    """The title at the head of a description, empty where none stands there, and the lines without it."""
    for index, line in enumerate(lines[:3]):
        kind, rest = heading(line, lines[index + 1 :])
        others = [*lines[:index], *lines[index + 1 :]]
        if kind == "title" and rest:
            return clean_title(rest), others
        if kind == "other":
            continue
        if kind not in (None, "unmarked", "title"):
            return "", list(lines)
        text = re.sub(r"^[【\[][^】\]]*[】\]]\s*(?=\S)", "", line.text).strip("【】[]<>* ")
        language = language_of(text)
        said = re.sub(r"[（(][^（()）]*[）)]", "", text)  # "(employee no. 12!)" ends no sentence
        whole = not re.search(r"[。；！？]|[.;!?](?:\s|$)|[:：]$", said)
        if whole and len(text) <= _MAX_TITLE[language] and not _COMPANY.search(text):
            return clean_title(text), others
        first = re.split(r"[。，,]|\.(?:\s|$)", text)[0]
        if (
            index == 0
            and len(first) <= _MAX_SENTENCE[language]
            and not _COMPANY.search(first)
            and _noun_phrase(first)
        ):
            return clean_title(first), list(lines)
    return "", list(lines)


def title_in(sentences: Sequence[str]) -> str:
    """The title as the first sentences name it: "we are looking for a warehouse manager"; empty where none does."""
    for sentence in sentences[:6]:
        for language in LANGUAGES:
            for phrase in phrases(LEXICON, "title_cues", language):
                folded = normalise(sentence)
                match = re.search(phrase.removeprefix("re:"), folded)
                written = sentence if len(sentence) == len(folded) else folded
                title = clean_title(written[slice(*match.span("title"))]) if match else ""
                if title and not title.lower().startswith(("人", "you", "someone", "people")):
                    return title
    return ""


def clean_title(text: str) -> str:
    """A title without its pay, head count and leading "hiring"; 80 characters at most."""
    bare = _HIRING.sub("", text.strip("#*=_【】[]! ！<>"))
    bare = re.sub(r"(?:招聘)(?:启事|公告|信息)?$", "", bare)
    bare = _COUNT.sub("", _PAY.sub("", bare))
    return bare.strip(" -–—|·,，:：（(")[:_LONGEST].strip()


def _noun_phrase(text: str) -> bool:
    """Whether a first clause is a title rather than the beginning of a sentence."""
    return not re.search(
        r"\b(?:is|are|was|were|has|have|we|you|our|your|do|will|can)\b|我们|公司|你|您|是|有|人啦|成立|位于|因|为",
        text,
        re.I,
    )
