"""Keys, tokens and passwords: by the forms of those who issue them, and by what stands in front of random letters."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from avouch.protect.entity import Entity, Kind

_FORMS = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----END)){0,20000}"
    r"(?:-----END [A-Z0-9 ]{0,40}-----)?"
    r"|(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"  # AWS
    r"|(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{30,255}|(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{40,255}"
    r"|(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20,64}"
    r"|(?<![A-Za-z0-9])sk-(?:proj-|ant-|svcacct-|or-)?[A-Za-z0-9_-]{20,200}"
    r"|(?<![A-Za-z0-9])[spr]k_(?:live|test)_[A-Za-z0-9]{16,128}"
    r"|(?<![A-Za-z0-9])xox[abposr]-[A-Za-z0-9-]{10,250}|(?<![A-Za-z0-9])xapp-\d-[A-Za-z0-9-]{10,250}"
    r"|(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}|(?<![A-Za-z0-9])ya29\.[A-Za-z0-9_-]{20,300}"
    r"|(?<![A-Za-z0-9])(?:hf|npm|pypi|dop_v1|shpat|hvs|glsa|dckr_pat)[_.-][A-Za-z0-9_-]{20,250}"
    r"|(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"
    r"|(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{0,1000}"  # JSON Web Tokens
    r"|https://hooks\.slack\.com/services/[A-Za-z0-9/]{20,100}"
    r"|(?<![A-Za-z0-9])\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9])"
)
_IN_URL = re.compile(r"(?<![a-z0-9])[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{0,64}:([^\s/@]{3,128})@", re.IGNORECASE)
_NAMED = re.compile(
    r"(?<![A-Za-z0-9])(?:[\w.-]{0,24}(?:password|passwd|passphrase|pwd|secret|token|api[_ -]?key|access[_ -]?key"
    r"|private[_ -]?key|client[_ -]?secret|credential|auth)s?)[\"']?(?:[ \t]{0,3}(?:is|was|:|=>|=|:=)[ \t]{0,3})"
    r"[\"'`]?([^\s\"'`,;<>]{6,256})",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?<![A-Za-z0-9])(?:bearer|basic|token)[ \t]{1,3}([A-Za-z0-9+/_.=-]{16,2000})", re.IGNORECASE)
_MIXED = re.compile(r"[\d+/=]|[a-z][A-Z]")
"""What a token has and words joined by dashes (basic helix-loop-helix) have not."""
_BLOB = re.compile(r"(?<![A-Za-z0-9+/_=.-])[A-Za-z0-9+/_-]{32,512}={0,2}(?![A-Za-z0-9+/_=-])")
_DASHED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HEX = re.compile(r"(?:sha\d+-)?[0-9a-f]{32,128}", re.IGNORECASE)
_DENSE_NAMED, _DENSE = 2.8, 4.2
"""Bits a character: prose has below 4 in so short a run, random base64 of 40 letters about 4.8."""


def secrets(text: str) -> Iterator[Entity]:
    """Spans of kind SECRET: the secret alone, not what names it. Digests in hexadecimal and UUIDs are none."""
    yield from (Entity(Kind.SECRET, *hit.span(), 0.98, "pattern") for hit in _FORMS.finditer(text))
    for form, score in ((_IN_URL, 0.97), (_NAMED, 0.8), (_BEARER, 0.85)):
        for hit in form.finditer(text):
            said = hit.group(1).rstrip(".)]}")
            if form is _IN_URL or (_random(said) and (form is not _BEARER or _MIXED.search(said))):
                yield Entity(Kind.SECRET, hit.start(1), hit.start(1) + len(said), score, "context")
    for hit in _BLOB.finditer(text):
        said = hit.group()
        mixed = sum((any(map(str.isupper, said)), any(map(str.islower, said)), any(map(str.isdigit, said))))
        if mixed == 3 and density(said) >= _DENSE and not _HEX.fullmatch(said) and not _DASHED.fullmatch(said):
            yield Entity(Kind.SECRET, *hit.span(), 0.6, "entropy")


def _random(said: str) -> bool:
    """Whether what stands behind "password:" is one: no plain word, no place-holder."""
    return (
        not said.isalpha()
        and density(said) >= _DENSE_NAMED * min(1.0, len(said) / 10)
        and len(set(said)) > 4
        and not said.startswith(("${", "{{", "http", "<", "***", "..."))
    )


def density(said: str) -> float:
    """Shannon's entropy of the letters, in bits a letter."""
    counts = Counter(said)
    return -sum(n / len(said) * math.log2(n / len(said)) for n in counts.values())
