"""Collect the texts of every room into its Chinese catalogue, and compile it: ``make messages``.

Texts in code are English; ``web/<room>/locale/zh_Hans/LC_MESSAGES/django.po`` has the Chinese ones. Needs Babel and polib.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

WEB = Path(__file__).resolve().parents[1]
KEYWORDS: dict[str, Any] = dict.fromkeys([
    "_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy",
    "npgettext", "npgettext_lazy",
])  # fmt: skip
Key = tuple[str, str]  # context, text


def rooms() -> list[Path]:
    return [
        folder
        for folder in sorted(WEB.iterdir())
        if (folder / "__init__.py").exists() and folder.name != "dev"
    ]


def catalogue_of(room: Path) -> Path:
    return room / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def texts(room: Path) -> dict[Key, tuple[str, list[str]]]:
    """Each text that is marked for translation, with its plural and the files that hold it."""
    found: dict[Key, tuple[str, list[str]]] = {}
    for path in sorted([*room.rglob("*.py"), *room.rglob("*.html"), *room.rglob("*.txt")]):
        if "migrations" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        for context, text, plural in _marked(source if path.suffix == ".py" else templatize(source)):
            places = found.setdefault((context, text), (plural, []))[1]
            place = path.relative_to(room).as_posix()
            if place not in places:
                places.append(place)
    return found


def _marked(code: str) -> Iterator[tuple[str, str, str]]:
    """(context, text, plural) of each call."""
    calls: Iterator[Any] = extract_python(io.BytesIO(code.encode()), KEYWORDS, [], {})
    for _, function, arguments, _ in calls:
        if arguments is None:  # no text stands in the call itself
            continue
        parts = [arguments] if isinstance(arguments, str) else [a for a in arguments if a is not None]
        if not parts:
            continue
        context = parts.pop(0) if "pgettext" in function else ""
        plural = parts[1] if function.startswith(("ngettext", "npgettext")) and len(parts) > 1 else ""
        yield context, parts[0], plural


def updated(room: Path) -> polib.POFile:
    """The room's catalogue with new texts added and unused ones dropped; translations stay."""
    path = catalogue_of(room)
    catalogue = polib.pofile(str(path), wrapwidth=110) if path.exists() else polib.POFile(wrapwidth=110)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "zh_Hans",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    known = {((entry.msgctxt or ""), entry.msgid): entry for entry in catalogue}
    entries = []
    for (context, text), (plural, places) in sorted(texts(room).items()):
        entry = known.get((context, text)) or polib.POEntry(msgid=text, msgctxt=context or None)
        if plural:
            entry.msgid_plural = plural
            entry.msgstr_plural = entry.msgstr_plural or {0: ""}
        entry.occurrences = [(place, "") for place in places]
        entries.append(entry)
    catalogue[:] = entries
    return catalogue


def memory() -> dict[Key, str]:
    """What is translated in any room, so that "Save" is translated once."""
    files = [path for path in map(catalogue_of, rooms()) if path.exists()]
    return {
        (e.msgctxt or "", e.msgid): e.msgstr for path in files for e in polib.pofile(str(path)) if e.msgstr
    }


def main() -> None:
    missing, known = [], memory()
    for room in rooms():
        catalogue, path = updated(room), catalogue_of(room)
        if not len(catalogue):
            continue
        for entry in catalogue.untranslated_entries():
            entry.msgstr = known.get((entry.msgctxt or "", entry.msgid), "")
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(path))
        catalogue.save_as_mofile(str(path.with_suffix(".mo")))
        missing += [f"{room.name}: {entry.msgid}" for entry in catalogue if not entry.translated()]
    for text in missing:
        print(f"not translated: {text}", file=sys.stderr)
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
