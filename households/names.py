"""Names by their sound: pinyin to search and sort by, the same on every database."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

MAX_LENGTH = 200


@lru_cache(maxsize=100_000)
def pinyin(name):
    """Full spelling and initials of a name, "lisi ls"; what is not Chinese stays, in lower case."""
    syllables = lazy_pinyin(name, style=Style.NORMAL)
    initials = "".join(syllable[:1] for syllable in syllables)
    return f"{''.join(syllables)} {initials}".lower()[:MAX_LENGTH].strip()
