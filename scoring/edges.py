"""What every model at an edge of the product is built on: what is read from a file or written to one."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Base of every edge model: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)


class Text(Model):
    """The same text in both languages."""

    zh: str = ""
    en: str = ""

    def get(self, language: str) -> str:
        """The text in `language`, or in the other one where it is missing."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)
