"""A memory with bounds: what was used last stays."""

import random

from schema.remembered import Remembered, Tables


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


def test_tables_hold_what_was_put_in_or_used_last_within_their_room() -> None:
    memory: Tables[str, int | None, bytes] = Tables(40_000, len, {None: b"-"})
    chance = random.Random(2)  # noqa: S311  # chance, not secrecy
    for number in range(2_000):
        of = chance.choice("ab")
        memory.put_all(of, {number: b"%d" % number * 9, -number: of.encode()})
        used, missing = memory.known(of, [0, None, number, -number, 5_000, 5_000])
        assert (used[None], used[-number], missing[-1]) == (b"-", of.encode(), 5_000)
        assert len(missing) == len(set(missing)) <= 2
        assert all(piece == of.encode() for key, piece in used.items() if key is not None and key < 0)
        assert memory.size <= memory.limit


def test_a_table_that_was_given_out_stays_as_it_is() -> None:
    memory: Tables[str, int, bytes] = Tables(20_000, len)
    memory.put_all("a", {1: b"one"})
    given, _ = memory.known("a", [1])
    for number in range(2, 500):
        memory.put_all("a", {number: b""})
    assert given[1] == b"one"
    assert memory.known("a", [1])[1] == [1]


def test_tables_keep_one_by_one_what_is_too_much_together() -> None:
    memory: Tables[str, int, bytes] = Tables(8_000, len)
    memory.put_all("a", {1: b"1" * 500, 2: b"2" * 500, 3: b"3" * 2_000})
    assert memory.known("a", [1, 2, 3])[1] == [3]
