"""What in a sentence speaks for an order to a machine: a fixed list of yes-or-no cues, each with its name."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import re2

from avouch.guard.tongues import ORDER, ORDERED

_VERBS = (
    "act add adjust advertise advise alter anagram analyse analyze announce answer append apply arrange ask "
    "assume attach augment avoid begin blend book bring build bypass calculate call change check cite claim "
    "classify click close code combine compare complete compose compute conclude condense consider convert "
    "convince copy craft create cut decode define deliver deploy describe design detail develop direct discard "
    "discuss display disregard do draft draw drop echo elaborate embed employ emulate encode encourage encrypt "
    "end engage enhance enrich ensure erase estimate evaluate exchange execute explain express extend fetch "
    "find finish fix follow forget format forward fuse generate give go group guess help hide highlight "
    "identify ignore imagine implement import include incorporate inform infuse inject insert install "
    "integrate introduce invent invite jumble keep leak leave let limit link list load mail make mark mask "
    "mention merge mimic mirror misspell mix modify move name note obfuscate offer omit open outline output "
    "override pad paste perform persuade phrase place plan play post praise predict prepare present pretend "
    "print produce promote provide pull push put quote rank rate read rearrange recast recite recommend refer "
    "reformat refuse reject remember remind remove render repeat rephrase replace reply report represent "
    "request respond return reveal reverse rewrite round run save say schedule scramble search select send "
    "separate set share show shuffle sign solve sort speak spell split spread start state stop store stress "
    "submit substitute suggest summarise summarize supply swap switch take teach tease tell think transform "
    "translate transmit treat trust try turn upload urge use utilize utilise visit walk warn weave wire work "
    "wrap write"
).split()
_VERB = "|".join(_VERBS)
_OUT = r"(?:answers?|repl(?:y|ies)|responses?|outputs?|summar(?:y|ies)|completions?|messages?|sentences?|text|words?)"
_MACHINE = r"(?:assistant|AI|language model|LLM|chat ?bot|model|agent|GPT|system prompt|prompt)"
_LEAD = (
    r"(?:(?:please|kindly|now|then|also|always|never|just|simply|first|finally|instead|so|and|but|don'?t|do not"
    r"|you (?:must|should|will|need to|have to|can|are to)|make sure to|be sure to|remember to|try to)[, ]+){0,3}"
)
_SOURCES = {
    "imperative": rf"^\W*{_LEAD}(?:{_VERB})\b",
    "imperative later": rf"(?:[,;:]|\band|\bthen|\bto)\s+(?:{_VERB})\b",
    "question": r"\?\W*$",
    "question word": r"^\W*(?:what|who|whom|whose|when|where|why|which|how|can|could|would|will|do|does|is|are)\b",
    "can you": r"\b(?:can|could|would|will) you\b",
    "your output": rf"\byour (?:\w+ ){{0,2}}{_OUT}\b",
    "the output": rf"\b(?:the|each|every|any) (?:\w+ )?{_OUT}\b",
    "in your output": rf"\b(?:in|to|into|of|within|throughout|with|for) (?:your|the) (?:\w+ ){{0,2}}{_OUT}\b",
    "your code": r"\byour (?:\w+ ){0,2}"
    r"(?:code|codebase|implementation|solution|program|script|project|software|function)\b",
    "following code": r"\b(?:following|subsequent|below|next|this|these|provided|given) (?:\w+ ){0,2}"
    r"(?:code|snippet|lines?|script|function|block|fragment|excerpt|segment|section)\b",
    "code below": r"\b(?:code|snippet|script|lines)\b[^.]{0,40}(?:below|follow|:\s*$)",
    "ends in a colon": r":\s*$",
    "second person": r"\byou(?:r|rs|rself)?\b",
    "first person": r"\b(?:I|me|my|we|our|us)\b",
    "machine": rf"\b{_MACHINE}s?\b",
    "instructions": r"\b(?:instructions?|rules?|guidelines?|restrictions?|guardrails?|filters?|polic(?:y|ies))\b",
    "ignore": r"\b(?:ignor\w*|disregard\w*|forget|overrid\w*|overrul\w*|bypass\w*|discard\w*|set aside)\b",
    "earlier text": r"\b(?:above|previous|prior|earlier|initial|original|before|preceding|first message)\b",
    "secret": r"\b(?:system prompt|passwords?"
    r"|api keys?|tokens?|credentials?|secrets?|confidential|hidden|configuration)\b",
    "send": r"\b(?:send|post|upload|forward|transmit|e-?mail|submit|leak|exfiltrat\w*|curl|fetch)\b",
    "persona": r"\b(?:pretend|act as|role|you are now|you will play|persona|mode|simulate|imagine)\b",
    "users": r"\b(?:users?|readers?|customers?|audience|everyone|people)\b",
    "address": r"(?:https?://|www\.|\b[\w-]+\.(?:com|net|org|io|xyz|test|example|info|biz|ru|cn)\b|\S@\S+\.\w)",
    "image link": r"!\[[^\]]*\]\(|<img\b",
    "quoted": r"[\"'“‘][^\"'”’]{8,}[\"'”’]",
    "letters": r"\b(?:letters?|vowels?|consonants?|spaces?|punctuation|alphabet|symbols?|digits?|emojis?|typos?"
    r"|spelling|uppercase|capitals?|characters|cipher|encod\w+|encrypt\w*|base64|rot13|morse"
    r"|reverse\w*|backwards?|scrambl\w*|rhyme|anagram\w*)\b",
    "piece": r"\b(?:poem|story|essay|letter|song|speech|haiku|joke"
    r"|limerick|article|blog|slogan|headline|script|advert\w*)\b",
    "language": r"\b(?:French|German|Spanish|Latin|Japanese|Russian|Italian|Chinese|Arabic|Portuguese|Hindi|Korean)\b",
    "program": r"\b(?:Python|Java|JavaScript|SQL|PHP|C\+\+|Ruby|Rust|HTML|program|algorithm|regex)\b",
    "marker": r"(?:#{2,}\s*(?:instruction|system|task|new)|<\|?/?(?:system|im_start|user|inst)"
    r"|\[/?INST\]|\b(?:SYSTEM|ADMIN|IMPORTANT)\s*:)",
    "starts a tag": r"^\W*(?:system|assistant|user|note to|attention)\b",
    "shouting": r"\b[A-Z]{4,}\b.*\b[A-Z]{4,}\b",
    "must": r"\b(?:must|should|shall|have to|need to)\b",
    "negated order": r"\b(?:do not|don'?t|never)\s+(?:mention|tell|say|cite|answer|reveal|reply|follow|refuse|use)\b",
    "dose": r"\b\d[\d.,]*\s?(?:mg|g|mL|ml|mcg|units?|%|mmol|hours?|days?|weeks?|months?|years?)\b",
    "care": r"\b(?:doctor|patients?|nurse|pharmacist"
    r"|tablets?|dose|treatment|symptoms?|disease|medicines?|clinic\w*|blood"
    r"|therapy|syndrome|diagnos\w+)\b",
    "number": r"\d",
    "code mark": r"[`{}=<>]|\(\)|::|;\s*$",
    "table mark": r"\|",
    "foreign order": ORDER,
    "foreign order of a model": ORDERED,
    "foreign letters": r"[^\x00-\x7f]{3,}",
}
NAMES = tuple(_SOURCES)
_CASED = frozenset({"shouting", "first person", "machine", "language", "marker", "program"})


def _lower(found: re.Match[str]) -> str:
    """A capital of a pattern in lower case; an escape as it is."""
    return found.group() if found.group().startswith("\\") else found.group().lower()


_FOREIGN = [(NAMES.index(name), re.compile(_SOURCES[name], re.IGNORECASE)) for name in NAMES if "foreign" in name]
_POST = re.compile(
    r"\b((?:discharge|referral|clinic|outpatient|inpatient|admission|transfer|follow-?up|appointment|cover(?:ing)?|gp)\s+)"
    r"letter(s?)\b",
    re.IGNORECASE,
)
"""Letters that hospitals send: neither of the alphabet nor a piece to be written."""
_LETTER, _SPACE = re.compile(r"[^\W\x00-\x7f]"), re.compile(r"[^\S\x00-\x7f]")


def _compiled(cased: bool) -> tuple[re2.Set, npt.NDArray[np.intp]]:
    """One automaton over all cues of a kind, and the cue of each of its patterns."""
    options = re2.Options()
    options.max_mem = 64 << 20
    made, places = re2.Set.SearchSet(options), []
    for place, (name, source) in enumerate(_SOURCES.items()):
        if (name in _CASED) is cased:
            made.Add(source if cased else re.sub(r"\\.|[A-Z]", _lower, source))
            places.append(place)
    made.Compile()
    return made, np.array(places)


_CASED_SET, _CASED_PLACES = _compiled(True)
_FOLDED_SET, _FOLDED_PLACES = _compiled(False)
"""What has no regard to case is held against the lower case. RE2 knows ASCII's words only."""


def cues(sentence: str) -> npt.NDArray[np.bool_]:
    """Whether each of ``NAMES`` is there, in that order. Linear in the length of the sentence."""
    found = np.zeros(len(NAMES), bool)
    sentence = _POST.sub(r"\1report\2", sentence)
    plain = sentence if sentence.isascii() else _LETTER.sub("_", _SPACE.sub(" ", sentence))
    for automaton, places, text in ((_CASED_SET, _CASED_PLACES, plain), (_FOLDED_SET, _FOLDED_PLACES, plain.lower())):
        found[places[automaton.Match(text.encode("utf-8", "replace")) or []]] = True
    if plain is not sentence:
        for place, pattern in _FOREIGN:
            found[place] = pattern.search(sentence) is not None
    return found
