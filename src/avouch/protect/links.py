"""Every link and image in a text, however it is written: a way for content to leave.

Markdown (inline, by reference, in angles), HTML attributes and style, bare addresses and host names, schemes that
carry their content along, and what is disguised (entities, invisible letters, ``hxxp``, ``[.]``, full-width letters).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote

from avouch.protect.unfold import unfold

_DOT = r"(?:\.|\s?[\[({]\s?(?:\.|dot)\s?[\])}]\s?)"
_TLD = (
    r"(?:com|org|net|edu|gov|mil|int|info|biz|io|ai|co|me|tv|dev|app|xyz|online|site|shop|top|club|live|link|click|zip|mov|cloud"
    r"|page|tech|store|fun|icu|health|uk|us|in|de|fr|nl|be|es|pt|it|se|dk|no|fi|is|ee|lt|lv|pl|cz|sk|si|hr|hu|ro|bg|gr|cy|tr|ru|su"
    r"|ua|ch|at|ie|au|nz|ca|br|mx|ar|cl|za|ng|ke|jp|cn|kr|hk|sg|my|th|vn|ph|pk|bd|lk|ae|sa|il|eu|to|cc|ws|ly|gl|sh|gg|tk|ml|ga"
    r"|onion|local|internal|test|example)"
)
_FRESH = r"(?<!\w)(?<!\w[@.-])"
_NOT_END = r"[^\s<>\"'`|^\x00-\x1f]"
_LABEL = r"[^\W_](?:[\w-]{0,61}\w)?"
_END = rf"(?:{_TLD}|xn--[a-z0-9-]{{2,59}})(?![\w-])(?!@\w)(?:[:/?#]{_NOT_END}{{0,2000}})?"
_SCHEME = (
    r"(?:h[tx]{2}ps?|ftps?|sftp|wss?|file|smb|ldaps?|gopher|tel|sms|mailto|blob|intent|vscode|ms-[a-z]{1,20}|cid"
    r"|chrome|about)"
)
_URL = re.compile(
    rf"(?<![A-Za-z0-9]){_SCHEME}\s?(?::|\[:\])[\s\\/]{{0,4}}{_NOT_END}{{1,2000}}"
    rf"|h[tx]{{2}}ps?:[\\/]{{1,4}}{_NOT_END}{{1,2000}}"
    rf"|(?<![A-Za-z0-9])(?:java|vb|live)\s?script\s?:{_NOT_END}{{0,2000}}|(?<![A-Za-z0-9])data\s?:[\w.+/-]{{0,80}}[;,]{_NOT_END}{{0,20000}}"
    rf"|(?<![\w:/\\.])[\\/]{{2,6}}(?:[\w-]{{1,63}}{_DOT}){{1,130}}[\w-]{{2,24}}{_NOT_END}{{0,2000}}"
    rf"|{_FRESH}www\d?{_DOT}{_NOT_END}{{2,2000}}"
    rf"|{_FRESH}(?:{_LABEL}\.){{1,130}}{_END}|{_FRESH}(?:{_LABEL}{_DOT}){{1,8}}{_END}"
    r"|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?/[^\s<>\"']{0,2000}",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(r"(!?)\[((?:[^\[\]\n]|\[[^\[\]\n]{0,200}\]){0,500})\]\(\s{0,8}<?([^)\n]{0,4000})\)?")
_REFERENCE = re.compile(r"^[ \t>]{0,8}\[([^\]\n]{1,200})\]:[ \t]{0,8}\n?[ \t]{0,8}(<?\S{1,4000})", re.MULTILINE)
_USED = re.compile(r"(!?)\[([^\[\]\n]{1,500})\][ ]?\[([^\[\]\n]{0,200})\]")
_TAG = re.compile(
    r"<\s{0,4}(/?)\s{0,4}(a|area|audio|base|body|button|embed|form|frame|iframe|image|img|input|link|meta|object|script|source|style"
    r"|svg|table|td|track|use|video)\b([^<>]{0,8000})>?",
    re.IGNORECASE,
)
_STYLE = re.compile(r"url\(\s{0,8}['\"]?([^)'\"\n]{1,4000})|@import\s{1,8}['\"]?([^;'\"\n]{1,4000})", re.IGNORECASE)
_CLICKED = frozenset({"a", "area", "button", "form"})
"""Tags that wait for a click; all others load by themselves, as images do."""
_HANDLER = re.compile(r"[\s/\"']on\w{2,30}\s{0,4}=|[\s/\"']style\s{0,4}=", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"[\s/\"'](?:href|src|srcset|action|formaction|data|poster|background|content|ping|xlink:href)\s{0,4}=\s{0,4}"
    r"(?:\"([^\"]{0,4000})|'([^']{0,4000})|([^\s\"'>]{0,4000}))",
    re.IGNORECASE,
)
_HOST = re.compile(r"^[a-z][a-z0-9+.-]{0,20}:[\\/]{0,4}([^\\/?#]*)", re.IGNORECASE)
_WITHIN = re.compile(r"[a-z][a-z0-9+.-]{1,20}(?::|%3a)(?:[\\/]|%2f|%5c){1,2}", re.IGNORECASE)
"""An address within the path or the query of another one: who opens it may be sent on."""


@dataclass(frozen=True, slots=True)
class Link:
    """``text[start:end]`` leads, or loads, from ``target``. ``host`` is empty where that is unsure."""

    start: int
    end: int
    target: str
    host: str
    image: bool = False


def links(text: str) -> list[Link]:
    """All of them in order; of those one inside the other the outer one."""
    read = unfold(text)
    found = [Link(*read.span(start, end), *_target(url), image) for start, end, url, image in _all(read.text)]
    kept: list[Link] = []
    for link in sorted(found, key=lambda one: (one.start, -one.end, not one.image)):
        if not kept or link.start >= kept[-1].end:
            kept.append(link)
        elif link.end > kept[-1].end:
            kept[-1] = Link(kept[-1].start, link.end, "", "", kept[-1].image or link.image)
        elif link.image and not kept[-1].image:
            kept[-1] = replace(kept[-1], image=True)
    return kept


def _all(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """(start, end, target, is an image). The links inside a label or a tag come as well."""
    images: set[str] = set()
    for hit in _USED.finditer(text):
        if hit[1]:
            images.add((hit[3] or hit[2]).lower())
    for hit in _REFERENCE.finditer(text):
        if not hit[2].lstrip("<").startswith("^"):
            yield hit.start(), hit.end(), hit[2], hit[1].lower() in images
    for hit in _MARKDOWN.finditer(text):
        target = hit[3].strip().strip("<>").split(" ")[0]
        if hit[1] or not target.startswith("#"):
            inner = _URL.search(hit[2])
            shown = target if inner is None else _both(target, inner.group())
            yield hit.start(), hit.end(), shown, bool(hit[1]) or "![" in hit[2]
    for hit in _TAG.finditer(text):
        clicked = hit[2].lower() in _CLICKED and not _HANDLER.search(hit[3])
        values = [value[1] or value[2] or value[3] or "" for value in _ATTRIBUTE.finditer(hit[3])]
        if not hit[1] and (not clicked or values or _URL.search(hit[3])):
            whole = len(values) == 1 and _URL.fullmatch(values[0]) and len(_URL.findall(hit[3])) == 1
            yield hit.start(), hit.end(), values[0] if whole else "", not clicked
    for hit in _STYLE.finditer(text):
        yield hit.start(), hit.end(), hit[1] or hit[2], True
    for hit in _URL.finditer(text):
        url = hit.group().rstrip(".,;:!?)]}»”*_~")
        start = _run_into(text, hit.start())
        yield start, hit.start() + len(url), url if start == hit.start() else "", False


def _run_into(text: str, start: int) -> int:
    """Where the word begins that a link is run into without a gap; at most 300 characters before it."""
    least = max(0, start - 300)
    if start and text[start - 1].isalnum():
        while start > least and not (text[start - 1].isspace() or text[start - 1] in "<>()\"'`"):
            start -= 1
    return start


def _both(target: str, label: str) -> str:
    """The target, unless the label shows another host: then it cannot be told."""
    return target if _target(label)[1] == _target(target)[1] else ""


def _target(url: str) -> tuple[str, str]:
    """The address as a reader of it would open it, and its host in lower case; without what hides it."""
    plain = re.sub(_DOT, ".", url.strip(), flags=re.IGNORECASE)
    plain = re.sub(r"\s", "", plain).replace("[:]", ":")
    plain = re.sub(r"^hxxp", "http", plain, flags=re.IGNORECASE)
    if re.match(r"[\\/]{2}", plain):
        plain = "https:" + plain
    elif not re.match(r"[a-z][a-z0-9+.-]{0,20}:(?!\d)", plain, re.IGNORECASE):
        plain = "https://" + plain.lstrip("/\\")
    found = _HOST.match(plain)
    authority = unquote(found[1]).lower() if found else ""
    onward = _WITHIN.search(unquote(plain[found.end() :])) if found else None
    if onward or "\\" in plain or "@" in authority or not re.fullmatch(r"[a-z0-9.-]{1,253}(?::\d{1,5})?", authority):
        return plain, ""
    return plain, authority.partition(":")[0].rstrip(".")
