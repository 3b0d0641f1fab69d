"""Whole answers that were given before. Their keys name the revision, so that none is ever out of date."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from schema.remembered import Remembered

MEMORY = 32 * 2**20
"""Most bytes of answers that are kept."""
_LONGEST_KEY = 8_192


class Kept(NamedTuple):
    """An answer of status 200 as it was sent, but for what the layers around add."""

    body: bytes
    headers: Mapping[str, str]
    media_type: str

    def response(self) -> Response:
        """The same answer again."""
        return Response(self.body, headers=self.headers, media_type=self.media_type)


class Answers:
    """The answers that one application keeps, bounded in bytes."""

    def __init__(self, limit: int = MEMORY) -> None:
        self._kept: Remembered[Hashable, Kept] = Remembered(limit)

    def get(self, key: Hashable) -> Kept | None:
        """The answer of that key, if it is kept."""
        return self._kept.get(key)

    def keep(self, key: Hashable, answer: Kept, key_length: int = 0) -> None:
        """Keep an answer, unless it was asked for at too great length."""
        if key_length <= _LONGEST_KEY:
            self._kept.put(key, answer, len(answer.body) + key_length)


def answers_of(request: Request) -> Answers:
    """The answers that the application of a request keeps."""
    state = request.app.state
    if not hasattr(state, "answers"):
        state.answers = Answers()
    answers: Answers = state.answers
    return answers
