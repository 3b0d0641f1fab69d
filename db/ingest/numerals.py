"""Chinese and Arabic numerals, with 万 and 亿."""

from __future__ import annotations

from decimal import Decimal

_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_DIGITS |= dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True))
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
DIGIT_CHARACTERS = "".join((*_DIGITS, *_UNITS))
MULTIPLIERS = _UNITS | _MYRIADS


def arabic(digits: str, multipliers: str) -> int | None:
    """`15.8` and `万` make 158000; None where the result is no whole number."""
    value = Decimal(digits.replace(",", "").replace(" ", ""))
    for sign in multipliers:
        value *= MULTIPLIERS[sign]
    whole = int(value)
    return whole if value == whole else None


def chinese(words: str) -> int | None:
    """`三百二十万` makes 3200000; None where the words are no number."""
    total = section = digit = 0
    for sign in words:
        if sign in _DIGITS:
            # Digits in a row are read like a year: 二〇二四.
            digit = digit * 10 + _DIGITS[sign]
        elif sign in _UNITS:
            section += (digit or 1) * _UNITS[sign]
            digit = 0
        elif sign in _MYRIADS:
            section += digit
            total = (total + (section or 1)) * _MYRIADS[sign] if sign == "亿" else total + (section or 1) * 10**4
            section = digit = 0
        else:
            return None
    return total + section + digit
