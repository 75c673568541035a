"""Sentences of a text, as exact spans.

Made for biomedical English: abbreviations, initials, decimals and units do not end a sentence; blank
lines, headings, list items, table rows and deliberate line breaks do. Linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from avouch.records import Span

_STOP = re.compile(
    r"(?<![.!?…])[.!?…]++(?:[\"'”’»)\]*_]|\[\d[\d,;–\- ]{0,20}\])*+(?=\s)"
    r"|[。！？]+[”’」』）]*"
    r"|(?<=\w[a-z)\]])\.(?=[A-Z][a-z]*[ ,]|[A-Z]{4,}[:\s])"
)
_LIST = re.compile(r"\s*(?:[-*+•‣◦▪·–]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})[.)])\s")
_MARKUP = re.compile(r"\s*(?:#{1,6}\s|```|~~~|\|)|\s*(?:=+|-{2,})\s*$")
_ROW = re.compile(r"\s*\||.*\s\|\s")
_FIELD = re.compile(r"[A-Za-z_][\w ()/%.-]{0,40}:\s")
_NUMBERED = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})[.)]$")
_WORD = re.compile(r"[^\s(\[{\"'“‘/—–]+$")
_NEXT = re.compile(r"[\w'’-]+")
_MIXED = re.compile(r"[a-zα-ω]{1,4}-?[A-Z0-9]")
_LETTERS = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]?$")
_MEASURED = re.compile(r"(?:/|\d\s?)$")
_OPENERS = "\"'“‘«([{*_"

_NEVER = re.compile(
    r"e\.g|i\.e|eg|ie|cf|viz|vs?|dr|mrs?|ms|prof|st|figs?|refs?|eqs?|ca|approx|resp|tab|sect|incl|vol|eds?|pp"
    r"|chap|suppl|spp?|subsp|var|ssp|dept|univ|assoc|gen|rev|hon|sr"
)
_BEFORE_NUMBER = re.compile(r"nos?|p|art|para|sec|ch|nr|max|temp")
_MAYBE = re.compile(r"al|etc|inc|ltd|co|corp|jr|ph\.d|m\.d|b\.sc")
_AFTER = re.compile(
    r"vitamin|hepatitis|type|group|grade|class|stage|phase|factor|influenza|level|arm|part|ha?emophilia"
)
_STARTERS = re.compile(
    r"an?|the|th(?:is|at|ese|ose|ere|us|ey|eir|erefore)|its?|in|on|at|for|from|with|we|our|she|he|his|her|yours?|you"
    r"|here|however|although|though|while|wh(?:en|ere|at|ich|o|y)|how|if|as|after|before|during|since|because|both"
    r"|all|some|most|many|several|each|every|not?|one|two|three|further(?:more)?|moreover|hence|finally|overall"
    r"|also|additionally|patients|results|conclusions?|background|methods|objectives?|to|by|and|but|or|do|does|is"
    r"|are|was|were|people"
)
_WIDE = 0.7
_NARROW = 32  # characters: no page wraps its text so early
_LOOK = 48
_CRUMB = 4


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Sentences of ``text[start:end]``, in order, trimmed and without overlap; of all of it without bounds.

    Every character that is not white space lies in one of them; the bullet or number of a list item
    belongs to its first sentence; a table row is one sentence.
    """
    found: list[Span] = []
    for first, last, whole in _segments(text, start, len(text) if end is None else end):
        begin = first
        if not whole:
            for stop in _STOP.finditer(text, first, last):
                if _ends(text, first, begin, stop.start(), stop.end(), last):
                    _keep(text, begin, stop.end(), found)
                    begin = stop.end()
        _keep(text, begin, last, found)
    return found


def _keep(text: str, start: int, end: int, into: list[Span]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        into.append(Span(start, end))


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = text.find("\n", start, end)
        if stop < 0:
            stop = end
        yield start, stop
        start = stop + 1


def _segments(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Runs of lines that belong together: (start, end, is a table row)."""
    paragraph: list[tuple[int, int]] = []
    for line in _lines(text, start, end):
        if text[line[0] : line[1]].isspace() or line[0] == line[1]:
            yield from _runs(text, paragraph)
            paragraph = []
        else:
            paragraph.append(line)
    yield from _runs(text, paragraph)


def _runs(text: str, lines: list[tuple[int, int]]) -> Iterator[tuple[int, int, bool]]:
    """A paragraph, cut where a line break was meant."""
    if not lines:
        return
    shapes = [text[a:b] for a, b in lines]
    width = max(map(len, shapes))
    rows = [(len(lines) > 1 and _ROW.match(shape) is not None) or shape.lstrip().startswith("|") for shape in shapes]
    first = 0
    for i in range(1, len(lines) + 1):
        if i == len(lines) or rows[i] or rows[i - 1] or _meant(shapes[i - 1], shapes[i], width):
            yield lines[first][0], lines[i - 1][1], rows[first]
            first = i


def _meant(line: str, following: str, width: int) -> bool:
    """Whether the writer, not the page width, broke the line."""
    if _LIST.match(following) or _MARKUP.match(following) or _MARKUP.match(line):
        return True
    if _LIST.match(line) and following.rstrip().endswith(":") and following.lstrip()[0].isupper():
        return True  # the line that leads into the next list
    if _FIELD.match(following) and (_FIELD.match(line) or len(line) < _WIDE * width):
        return True
    head = following.lstrip()
    word = head.split(None, 1)[0]
    if head[0].islower() or line.rstrip().endswith((",", ";", "-", "–", "(")):
        return False
    return len(line.rstrip()) + 1 + len(word) < _WIDE * width or (width < _NARROW and head[0].isupper())


def _ends(text: str, first: int, begin: int, stop: int, after: int, last: int) -> bool:
    """Whether the stop at ``text[stop:after]`` ends a sentence that began at ``begin``."""
    if stop - begin < _CRUMB and not any(map(str.isalnum, text[begin:stop])) and text[stop] not in "。！？":
        return False
    follow = after
    while follow < last and text[follow].isspace():
        follow += 1
    if follow >= last or text[stop] in "。！？":
        return True
    at = follow
    while at < last - 1 and text[at] in _OPENERS:
        at += 1
    bullet = text[at] in "-–•*" and at + 1 < last and text[at + 1] == " "
    if text[at].islower() and not _MIXED.match(text, at, last):
        return False
    if text[stop] != "." or text[stop:after].count(".") > 1:
        return text[at].isalnum() or bullet or at > follow
    if not (text[at].isalnum() or bullet or at > follow):
        return False
    if stop - begin < 12 and _NUMBERED.match(text[begin : stop + 1].lstrip()):
        return False
    return not _abbreviates(text, max(first, stop - _LOOK), stop, at, last)


def _abbreviates(text: str, low: int, stop: int, at: int, last: int) -> bool:
    """Whether the full stop at ``stop`` belongs to the word before it, the next word being at ``at``."""
    found = _WORD.search(text[low:stop])
    if not found:
        return False
    word = found.group()
    lower = word.lower()
    following = _NEXT.match(text, at, min(last, at + _LOOK))
    starts = following is not None and _STARTERS.fullmatch(following.group().lower()) is not None
    if _NEVER.fullmatch(lower):
        return True
    if _BEFORE_NUMBER.fullmatch(lower) or word == "Min":
        return text[at].isdigit()
    if _MAYBE.fullmatch(lower) or (len(word) > 1 and _LETTERS.match(word + ".")):
        return not starts
    if len(word) == 1 and word.isalpha() and word.isupper():
        if word == "L" and _MEASURED.search(text[low : low + found.start()]):
            return False  # litres: *2 mmol/L. Procalcitonin*
        before = _WORD.search(text[low : low + found.start()].rstrip())
        return not starts and not (before and _AFTER.fullmatch(before.group().lower()))
    return False
