"""A page as a tree that tests can look into, and reports full of markup."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from interview_analysis.pipeline.common.messages import Language
from interview_analysis.pipeline.report.html import render_html
from interview_analysis.scoring.report.report import Report
from interview_analysis.types import Transcript

VOID = {"meta", "br", "img", "input", "link", "hr"}
ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def find(self, tag: str = "", **wanted: str) -> list[Element]:
        """All descendants of a tag whose attributes contain the wanted words; `css` stands for class."""
        named = {"class" if key == "css" else key: value for key, value in wanted.items()}
        found = []
        for child in self.children:
            if tag in ("", child.tag) and all(
                v in child.attributes.get(k, "").split() for k, v in named.items()
            ):
                found.append(child)
            found += child.find(tag, **wanted)
        return found


class Page(HTMLParser):
    """Parses strictly: every element is closed by its own tag, in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root", {})
        self.open = [self.root]
        self.feed(html)
        self.close()
        assert self.open == [self.root], [e.tag for e in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), (tag, attrs)
        element = Element(tag, {key: value or "" for key, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, (tag, [e.tag for e in self.open])
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def page(report: Report, transcript: Transcript | None, language: Language) -> Element:
    return Page(render_html(report, transcript, language)).root


def with_text(report: Report, text: str) -> Report:
    """The report with `text` in place of every free text."""

    def swap(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: swap(v, k) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [swap(v, key) for v in value]
        free = key in (
            "zh",
            "en",
            "name",
            "quote",
            "match",
            "label",
            "asked",
            "id",
            "job_id",
            "container",
            "video_codec",
            "version",
        )
        return text if free and isinstance(value, str) else value

    return Report.model_validate(swap(report.model_dump()))
