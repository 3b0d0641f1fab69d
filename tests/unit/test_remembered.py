"""A memory with bounds: what was used last stays."""

import random

from schema.remembered import Remembered


def test_what_is_not_used_goes_first() -> None:
    memory: Remembered[str, str] = Remembered(10_000)
    for name in "abcdefghijkl":
        memory.put(name, name.upper(), 600)
        assert memory.get("a") == "A"
    assert memory.get("b") is None
    assert memory.get("l") == "L"


def test_it_never_takes_more_than_its_room_and_keeps_what_was_put_in_last() -> None:
    memory: Remembered[int, int] = Remembered(50_000)
    chance = random.Random(1)  # noqa: S311  # chance, not secrecy
    for number in range(3_000):
        memory.put(number, number, chance.randrange(5_000))
        assert memory.get(number) == number
        found = memory.get(chance.randrange(number + 1))
        assert found is None or found <= number
        assert memory.size <= memory.limit
    assert len(memory) > 5


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
