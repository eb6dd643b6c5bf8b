"""Names by their sound: pinyin to search and sort by, the same on every database."""

from functools import lru_cache

from pypinyin import lazy_pinyin

MAX_LENGTH = 200


@lru_cache(maxsize=20_000)
def _syllable(character):
    return lazy_pinyin(character)[0].lower()


def pinyin(name):
    """Full spelling and initials of a name, "lisi ls"; what is not Chinese stays, in lower case.

    Character by character: a county's names are made of some two thousand characters, and words
    that would tell a character's other reading do not occur in names.
    """
    syllables = [_syllable(character) for character in name if not character.isspace()]
    initials = "".join(syllable[:1] for syllable in syllables)
    return f"{''.join(syllables)} {initials}"[:MAX_LENGTH].strip()
