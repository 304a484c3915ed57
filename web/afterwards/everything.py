"""Everything that is held about a person, as one zip: a list to read, the data as JSON, and the files."""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from typing import IO

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string

from interview_analysis.web.privacy.holdings import Holding, holdings
from interview_analysis.web.site import store

_SPOOLED_BYTES = 16 * 2**20


def counted(candidate: int) -> list[tuple[Holding, int]]:
    """Each thing that is held, and how many of it; those of which there are none are left out."""
    found = ((held, len(held.rows(candidate))) for held in holdings())
    return [(held, count) for held, count in found if count]


def zipped(candidate: int) -> IO[bytes]:
    """The archive at its beginning, on disk where it is large. Files that are gone are named in the list and left out."""
    out: IO[bytes] = tempfile.SpooledTemporaryFile(_SPOOLED_BYTES)  # noqa: SIM115
    absent = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for held, _count in counted(candidate):
            text = json.dumps(held.rows(candidate), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
            archive.writestr(f"{held.name}.json", text)
            for name, path in held.given(candidate):
                if store.exists(path):
                    with store.local(path) as file:
                        archive.write(file, f"{held.name}/{_safe(name)}")
                else:
                    absent.append(name)
        listed = render_to_string("afterwards/everything.txt", {"held": counted(candidate), "absent": absent})
        archive.writestr("README.txt", listed)
    out.seek(0)
    return out


def _safe(name: str) -> str:
    """A name that leads nowhere when the archive is unpacked."""
    return re.sub(r"[\x00-\x1f/\\:*?\"<>|]", "_", name).lstrip(".")[:150] or "file"
