"""Resident ID numbers (GB 11643) and the disability cards built on them.

A certificate number has 18 characters (resident ID), 20 (disability card: ID, kind, grade)
or 22 (renewed disability card). The first 18 name the person.
"""

from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
LENGTHS = (18, 20, 22)


def normalise(text):
    """The number without blanks, full-width characters made narrow, ``x`` made ``X``."""
    narrow = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
    return "".join(narrow.split()).upper()


def check_character(first_17):
    return CHECK_CHARACTERS[sum(w * int(d) for w, d in zip(WEIGHTS, first_17, strict=True)) % 11]


def problem(number, today):
    """What is wrong with a normalised number, in words for the person who typed it; "" if nothing.

    The region part is never a reason to refuse: regions were renamed and renumbered.
    """
    if len(number) not in LENGTHS:
        return f"有 {len(number)} 位，应为 18 位（残疾人证 20 或 22 位）"
    if not (number[:17].isascii() and number[:17].isdigit() and number[17] in "0123456789X"):
        return "前 17 位应为数字，第 18 位为数字或 X"
    if not ((number[18:].isascii() and number[18:].isdigit()) or number[18:] == ""):
        return "残疾人证第 19 位起应为数字"
    born = birth_date(number)
    if born is None:
        return "第 7 至 14 位不是有效的出生日期"
    if born > today:
        return "出生日期在今天之后"
    if check_character(number[:17]) != number[17]:
        return "校验位不对，请核对原证"
    return ""


def birth_date(number):
    """Date of birth in a number, or ``None`` where the digits are no date."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex(number):
    """男 or 女, by the parity of the 17th digit."""
    return "男" if int(number[16]) % 2 else "女"


def disability(number):
    """(kind 1–7, grade 1–4) of a disability card's number, or ``(None, None)``."""
    if len(number) < 20:
        return None, None
    kind, grade = int(number[18]), int(number[19])
    return (kind, grade) if 1 <= kind <= 7 and 1 <= grade <= 4 else (None, None)


def mask(number):
    """The number as people see it: ``130630********1234``.

    Only the resident ID part shows: a disability card's last digits tell the grade.
    """
    return f"{number[:6]}********{number[14:18]}" if len(number) >= 18 else "*" * len(number)


def mask_phone(phone):
    """``138****0000``."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) == 11 else "*" * len(phone)
