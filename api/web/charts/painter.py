"""A process beside the server that makes images of Vega-Lite charts, started when the first is wanted.

The library brings a JavaScript engine of some 90 MB: it lives in a process of its own, which ends when nothing is
drawn for a while, and is killed when a chart takes too long. Text is set in the font that comes with a package, so
that images are the same on every machine.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Literal

from schema.ports import StoreUnavailable

ImageFormat = Literal["svg", "png"]
FONT = "Noto Sans CJK SC"
PATIENCE_SECONDS = 20.0
"""The first image takes about two seconds, of which the font is most."""
IDLE_SECONDS = 120.0
_HEAD = struct.Struct(">?I")
"""What comes before an answer: whether it worked, and its length in bytes."""
_DRAW = """
export function draw(element, specification) {
  // Expressions are walked, not compiled, and no style is put into the page: strict policies allow neither.
  return vegaEmbed(element, specification, {
    ast: true, renderer: "canvas", actions: false, defaultStyle: false, tooltip: { disableDefaultStyle: true },
  });
}
"""
_SCALE = 2.0
"""Pixels of a PNG for each unit of the chart, as sharp screens have them."""


class Painter:
    """Has images made, one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._idle: threading.Timer | None = None

    def image(self, spec: dict[str, Any], format: ImageFormat) -> bytes:
        """An image of a chart. Blocks. Raises `StoreUnavailable` where it took too long or the process died."""
        return self._ask({"spec": spec, "format": format})

    def script(self) -> bytes:
        """The chart library as one JavaScript module, for browsers. Blocks, and raises as `image` does."""
        return self._ask({"format": "script"})

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def _ask(self, question: dict[str, Any]) -> bytes:
        with self._lock:
            if self._idle is not None:
                self._idle.cancel()
            if self._process is None or self._process.poll() is not None:
                self._process = _started()
            process = self._process
            limit = threading.Timer(PATIENCE_SECONDS, process.kill)
            limit.start()
            try:
                worked, answer = _exchange(process, question)
            except (OSError, EOFError):
                self._end()
                raise StoreUnavailable("the chart could not be drawn in time") from None
            finally:
                limit.cancel()
            self._idle = threading.Timer(IDLE_SECONDS, self.close)
            self._idle.daemon = True
            self._idle.start()
        if not worked:
            raise RuntimeError(f"the chart library refused a chart: {answer.decode(errors='replace')[:500]}")
        return answer

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _started() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "api.web.charts.painting"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def _exchange(process: subprocess.Popen[bytes], question: dict[str, Any]) -> tuple[bool, bytes]:
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018
    process.stdin.write(json.dumps(question).encode() + b"\n")
    process.stdin.flush()
    head = process.stdout.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise EOFError
    worked, length = _HEAD.unpack(head)
    answer = process.stdout.read(length)
    if len(answer) < length:
        raise EOFError
    return worked, answer


def font_folder() -> Path:
    """Where the font lies that images are set in."""
    import noto_cjk_sans_otc  # only the child and the tests need it

    return Path(str(noto_cjk_sans_otc.__file__)).parent


def answered(worked: bool, answer: bytes) -> bytes:
    """An answer as it goes through the pipe."""
    return _HEAD.pack(worked, len(answer)) + answer


def drawn(question: dict[str, Any]) -> bytes:
    """What a question asks for, drawn in this process."""
    import vl_convert

    if question["format"] == "script":
        return vl_convert.javascript_bundle(_DRAW).encode()
    if question["format"] == "svg":
        return vl_convert.vegalite_to_svg(question["spec"]).encode()
    return vl_convert.vegalite_to_png(question["spec"], scale=_SCALE)
