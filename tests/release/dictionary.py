"""Writes the data dictionary of the documentation anew: `python -m tests.release.dictionary`."""

from __future__ import annotations

import re
from pathlib import Path

from db.release.describe.dictionary import data_dictionary

PAGE = Path(__file__).parents[2] / "api" / "web" / "docs" / "releases.md"
_START, _END = "<!-- dictionary -->\n", "\n<!-- end of dictionary -->"


def written(page: str) -> str:
    """The page with the dictionary as the tables are now."""
    pattern = f"{_START}.*?{_END.strip()}"
    made = f"{_START}{data_dictionary()}{_END}"
    return re.sub(pattern, lambda _: made, page, count=1, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
