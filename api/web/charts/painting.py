"""The process that draws: reads questions line by line from its input, and ends with it."""

from __future__ import annotations

import json
import sys

import vl_convert

from api.web.charts.painter import answered, drawn, font_folder


def main() -> None:
    """Answer until there are no more questions. Nothing else is ever written to the output."""
    vl_convert.register_font_directory(str(font_folder()))
    for line in sys.stdin.buffer:
        try:
            answer = answered(True, drawn(json.loads(line)))
        except Exception as error:  # noqa: BLE001, RUF100 - whatever the library does not like is told, and the next comes
            answer = answered(False, str(error).encode())
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
