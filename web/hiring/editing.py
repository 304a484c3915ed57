"""The profile editor: fields of a page to a profile and back.

The page shows what people edit; everything else of a profile (sources, examples, competency ids) stays as it was in
the version that is edited.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from interview_analysis.errors import ProfileError
from interview_analysis.pipeline.job.parser import load_library
from interview_analysis.scoring.profile import JobProfile, parse_profile
from interview_analysis.web.site.language import reader_language

LANGUAGES = ("zh", "en")
LEVELS = (1, 2, 3, 4, 5)
_SEPARATORS = re.compile(r"[,，;；、\n]+")
Posted = Mapping[str, Any]


def edited(before: JobProfile, posted: Posted) -> JobProfile:
    """`before` with what was posted. Raises ProfileError that names the field and says what is wrong.

    Names of fields: ``name.zh``, ``pass_score``, ``d<i>.weight`` (per cent), ``d<i>.remove``, ``d<i>.anchor3.en``,
    ``d<i>.i<j>.keywords.zh``, ``d<i>.q<k>.en``; ``add`` is the id of a competency of the library. Fields that were not posted stay.
    """
    data = before.model_dump(exclude_none=True)
    _take_texts(data["name"], posted, "name")
    if "pass_score" in posted:
        data["pass_score"] = _number(posted["pass_score"], _("Pass score"), 0, 100)
    kept = []
    for number, dimension in enumerate(data["dimensions"]):
        if f"d{number}.remove" in posted:
            continue
        _edit_dimension(dimension, posted, f"d{number}")
        kept.append(dimension)
    added = str(posted.get("add") or "")
    if added:
        kept.append(_from_library(added, {d["id"] for d in kept}))
    if not kept:
        raise ProfileError(_("A profile needs at least one dimension. Keep one, or add one of the library."))
    _settle_weights(kept, exact=not added and len(kept) == len(data["dimensions"]))
    data["dimensions"] = kept
    return parse_profile(data, "the profile")


def _edit_dimension(dimension: dict[str, Any], posted: Posted, at: str) -> None:
    _take_texts(dimension["name"], posted, f"{at}.name")
    if f"{at}.weight" in posted:
        name = _called(dimension["name"]) or dimension["id"]
        share = _number(posted[f"{at}.weight"], _("Weight of %(name)s") % {"name": name}, 0, 100)
        if not share:
            raise ProfileError(_("%(name)s has no weight. Give it some, or remove it.") % {"name": name})
        dimension["weight"] = share / 100
    if f"{at}.expected" in posted:
        chosen = str(posted[f"{at}.expected"])
        dimension["expected_level"] = int(chosen) if chosen in "12345" and chosen else None
    for level in LEVELS:
        anchors = dimension["anchors"]
        _take_texts(anchors[level], posted, f"{at}.anchor{level}")
    indicators = []
    for number, indicator in enumerate(dimension["indicators"]):
        here = f"{at}.i{number}"
        if f"{here}.remove" in posted:
            continue
        _take_texts(indicator["name"], posted, f"{here}.name")
        for language in LANGUAGES:
            field = f"{here}.keywords.{language}"
            if field in posted:
                indicator["keywords"][language] = split_list(str(posted[field]))
        indicators.append(indicator)
    dimension["indicators"] = indicators
    questions = []
    for number, question in enumerate(dimension.get("questions", ())):
        _take_texts(question["text"], posted, f"{at}.q{number}")
        if any(question["text"].values()):
            questions.append(question)
    new = {language: str(posted.get(f"{at}.new_question.{language}") or "").strip() for language in LANGUAGES}
    if any(new.values()):
        questions.append({"kind": "past", "text": new, "origin": "person"})
    dimension["questions"] = questions


def _take_texts(texts: dict[str, str], posted: Posted, at: str) -> None:
    for language in LANGUAGES:
        if f"{at}.{language}" in posted:
            texts[language] = str(posted[f"{at}.{language}"]).strip()


def _from_library(competency: str, taken: set[str]) -> dict[str, Any]:
    found = next((c for c in load_library() if c.id == competency), None)
    if found is None:
        raise ProfileError(_("There is no such dimension in the library. Choose one of the list."))
    if competency in taken:
        name = _called(found.name.model_dump())
        raise ProfileError(_("%(name)s is in the profile already.") % {"name": name})
    data = found.model_dump(exclude={"kind", "asked_for", "titles", "statements", "source"})
    for part in (*data["indicators"], *data["questions"]):
        part["origin"] = "library"
    return data | {"competency": competency, "weight": 0.1, "origin": "library"}


def _settle_weights(dimensions: list[dict[str, Any]], *, exact: bool) -> None:
    """Weights that add up to 1. Where only they were edited, their sum has to be right to half a per cent."""
    total = sum(d["weight"] for d in dimensions)
    if exact and abs(total - 1) > 0.005 + 1e-9:
        raise ProfileError(
            _("The weights add up to %(total)s %%. They have to add up to 100 %%.")
            % {"total": f"{total:.0%}"[:-1]}
        )
    for dimension in dimensions:
        dimension["weight"] = round(dimension["weight"] / total, 6)
    dimensions[0]["weight"] = round(dimensions[0]["weight"] + 1 - sum(d["weight"] for d in dimensions), 6)


def _called(name: Mapping[str, str]) -> str:
    """In the reader's language where it has a name in it."""
    first = reader_language()
    return name.get(first) or name.get("en") or name.get("zh") or ""


def split_list(text: str) -> list[str]:
    """Words between commas of either script, semicolons or line ends; each once."""
    return list(dict.fromkeys(word.strip() for word in _SEPARATORS.split(text) if word.strip()))


def _number(value: Any, what: str, low: float, high: float) -> float | None:
    text = str(value).strip().removesuffix("%").strip()
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not low <= number <= high:
        raise ProfileError(
            _("%(what)s: expected a number from %(low)g to %(high)g, got “%(got)s”.")
            % {"what": what, "low": low, "high": high, "got": text[:20]}
        )
    return number
