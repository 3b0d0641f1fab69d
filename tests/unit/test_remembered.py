"""A memory with bounds: what was used last stays."""

from schema.remembered import Remembered


def test_the_least_recently_used_goes_first() -> None:
    memory: Remembered[str, str] = Remembered(8_000)
    for name in "abcdefgh":
        memory.put(name, name.upper(), 700)
    assert memory.get("a") == "A"
    memory.put("i", "I", 700)
    assert memory.get("b") is None
    assert memory.get("a") == "A"
    assert len(memory) == 8
    assert memory.size <= memory.limit


def test_what_is_put_again_counts_once() -> None:
    memory: Remembered[str, int] = Remembered(8_000)
    memory.put("a", 1, 500)
    size = memory.size
    assert memory.put("a", 2, 500) == 2
    assert (memory.get("a"), memory.size) == (2, size)


def test_what_would_take_all_the_room_is_not_kept() -> None:
    memory: Remembered[str, int] = Remembered(8_000)
    assert memory.put("a", 1, 2_000) == 1
    assert (memory.get("a"), memory.size) == (None, 0)
