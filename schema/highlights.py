"""Where in a record the words stand that were searched for."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Highlight(BaseModel):
    """A place in a record where a search matches. Those of one field stand in order and do not overlap."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str = Field(
        description="The field as REST names it, with the place in lists from 0: `gist_zh`, `entities.0.name`."
    )
    start: int = Field(ge=0, description="First code point of the match in the value of the field.")
    end: int = Field(ge=1, description="One past the last code point.")
