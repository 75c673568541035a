"""What a claim says only of who says it: *according to the passage*, *it has been reported that*."""

from __future__ import annotations

import re

_WHO = (
    r"(?:(?:the|this|these|those|our|their|an?|its|cited|available|current|recent|present|provided|given|same|several|many|some)\s+){0,3}"
    r"(?:authors?|evidence|passages?|sources?|texts?|study|studies|documents?|literature|data|results?|findings?|reports?|papers?"
    r"|articles?|abstracts?|excerpts?|researchers?|investigators?|research|analys[ei]s|trials?|context|reviews?|information|experiments?|work|writers?|snippets?|we)"
)
_SAYS = (
    r"(?:(?:also|clearly|further|here|now|have|has|had)\s+){0,2}(?:states?|stated|shows?|showed|shown|reports?|reported|demonstrates?|demonstrated|reveals?|revealed|confirms?|confirmed"
    r"|notes?|noted|says?|said|describes?|described|concludes?|concluded|finds?|found|observed?|observes|establish(?:es|ed)?|mentions?|mentioned|explains?|explained|highlights?|highlighted|documents?|documented)"
)
_FRAMES = re.compile(
    rf"(?:according\s+to\s+{_WHO}\s*,\s*|(?:as\s+)?(?:stated|reported|shown|described|noted)\s+in\s+{_WHO}\s*,\s*"
    rf"|{_WHO}\s+{_SAYS}\s+that\s+|it\s+(?:is|was|has\s+been|had\s+been|should\s+be)\s+(?:also\s+|well\s+|previously\s+|recently\s+|widely\s+){{0,2}}"
    r"(?:known|reported|shown|stated|demonstrated|noted|found|established|observed|described|documented|recogni[sz]ed|confirmed)\s+that\s+"
    r"|(?:in\s+(?:summary|conclusion|short|brief|other\s+words|fact|addition|general|particular)|notably|overall|thus|therefore|hence|however|no|moreover"
    r"|furthermore|additionally|interestingly|importantly|specifically|indeed|finally|yes|likewise|similarly|accordingly|consequently|taken\s+together)\s*,\s*)",
    re.IGNORECASE,
)


def unframed(claim: str) -> str:
    """The claim without such an opening; as it is where nothing else would remain."""
    rest = claim.lstrip()
    for _ in range(3):
        found = _FRAMES.match(rest)
        if not found or len(rest) - found.end() < 8:
            break
        rest = rest[found.end() :]
    return rest
