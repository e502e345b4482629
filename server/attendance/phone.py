"""Telephone numbers: one spelling for each, and what of it is shown."""

from __future__ import annotations

import re
import unicodedata

HOME = "62"
"""The country whose numbers are dialled without a country code: Indonesia."""

_MASK = "••••"
_TWO_DIGIT_COUNTRIES = "20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_BARE = re.compile(r"\d{2,15}", re.ASCII)
_INTERNATIONAL = re.compile(rf"\+(1|7|{_TWO_DIGIT_COUNTRIES}|\d{{3}})(\d+)", re.ASCII)


def normal_number(written: str | None) -> str | None:
    """A number as ITU-T E.164 spells it, ``+628123456789``; None when it is no number.

    What begins with one zero is a number of ``HOME``, and so is what begins with its country code and is long enough
    (trunks leave out the plus). Other digits, such as an extension's, stay as they are.
    """
    text = unicodedata.normalize("NFKC", written or "").replace("(0)", "")
    digits = re.sub(r"[\s().\-\u2010-\u2015/]", "", text)
    if digits.startswith("00"):
        full = f"+{digits[2:]}"
    elif digits.startswith("0"):
        full = f"+{HOME}{digits[1:]}"
    elif digits.startswith(HOME) and len(digits) >= 10:
        full = f"+{digits}"
    else:
        full = digits
    if _E164.fullmatch(full):
        return full
    return digits if _BARE.fullmatch(digits) else None


def shown_number(number: str, *, masked: bool = False) -> str:
    """A normal number in groups, ``+62 812 3456 789``; masked, ``+62 812 •••• 789``, however many digits are hidden."""
    country, local = "", number
    if match := _INTERNATIONAL.fullmatch(number):
        country, local = f"+{match[1]} ", match[2]
    if masked:
        return f"{country}{local[:3]} {_MASK} {local[-3:]}" if len(local) > 8 else f"{country}{_MASK} {local[-2:]}"
    if not country:
        return local
    return country + " ".join(filter(None, (local[:3], local[3:7], local[7:])))
