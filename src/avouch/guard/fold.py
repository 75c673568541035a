"""One spelling for what looks alike: invisible characters gone, look-alike letters made plain."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_TAG = re.compile("[\U000e0020-\U000e007e]+")
_LATIN = re.compile(r"[A-Za-z]")
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһԛԝɡӏАВЕКМНОРСТУХІЈЅαορνικτυγΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhqwglABEKMHOPCTYXIJSaopviktuyABEZHIKMNOPTYX",
)  # fmt: skip
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u04ff\u0500-\u052f]")
_LEET = str.maketrans("013457@$!|", "oieastasil")
_LEET_MARKS = re.compile(
    r"(?<=[A-Za-z])[0134578@$!|]+(?=[A-Za-z])|\b[0134578@$]+(?=[A-Za-z])|(?<=[A-Za-z])[0134578@$]+\b"
)
_SPACED = re.compile(r"(?<!\S)(?:\S[ .\-_*]){5,}\S(?!\S)")
_WORD = re.compile(r"[A-Za-z']+")
_COMMON = frozenset(
    """the of and to in a is that for it as was with be by on not he his but at are this have from or had an they
    which one you were all her she there would their we him been has when who will no more if out so what up its about
    than into them can only other some could time these two may then do first any my now such like our over me even
    most made after also did many off before must through years where much your way should because each those people
    how too make write give show print repeat ignore instructions answer send tell system prompt use add text link
    please every word words response reply previous password secret key user message say reveal""".split()
)


def fold(text: str) -> str:
    """NFKC, without invisible characters; Greek and Cyrillic letters inside Latin words become what they look like."""
    if text.isascii():
        return text
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    if not _FOREIGN.search(plain):
        return plain
    words = re.split(r"(\s+)", plain)
    return "".join(word.translate(_LOOKALIKES) if _disguised(word) else word for word in words)


def _disguised(word: str) -> bool:
    """Whether a word is a mixture of alphabets, or wholly of letters that look Latin."""
    if not _FOREIGN.search(word):
        return False
    turned = word.translate(_LOOKALIKES)
    return bool(_LATIN.search(word)) or (len(word) > 2 and not _FOREIGN.search(turned) and turned.lower() in _COMMON)


def hidden_tags(text: str) -> str:
    """What is written in invisible tag characters (U+E0020 to U+E007E), in ASCII."""
    return " ".join("".join(chr(ord(c) - 0xE0000) for c in run) for run in _TAG.findall(text))


def reads(text: str) -> bool:
    """Whether a text looks like English: at least a quarter, and two, of its words are among the commonest."""
    words = _WORD.findall(text[:2000].lower())
    known = sum(map(_COMMON.__contains__, words))
    return known >= 2 and known * 4 >= len(words)


def leet(line: str) -> str:
    """Digits and signs inside words as the letters that they stand for; nothing where there are few."""
    marks = _LEET_MARKS.findall(line)
    if len(marks) < 3:
        return ""
    return _LEET_MARKS.sub(lambda found: found.group().translate(_LEET), line)


def spaced(line: str) -> str:
    """Letters that stand apart, joined: ``i g n o r e`` becomes a word, two gaps a space."""
    if not _SPACED.search(line):
        return ""
    return " ".join(re.sub(r"(?<=\S)[ .\-_*](?=\S)", "", word) for word in re.split(r" {2,}|\s/\s", line))
