"""What a sentence leans on. One whose subject stands before it says nothing alone, or says it of another thing."""

from __future__ import annotations

import re

from avouch.answer.laid import Laid

BACK = 4
"""How many sentences a quote goes back at most."""

_THING = r"(?:dos(?:e|es|age|ing)|rate|infusion|drug|medicine|medication|course|interval|injection|tablets?|antidote)"
_OPENS = re.compile(
    r"(?:This|These|Those|That|It|Its|They|Their|He|She|His|Her|Such|However|Moreover|Furthermore|Thus|Therefore"
    r"|In addition|Otherwise|Then|Thereafter|Afterwards|Instead|Alternatively|Both|Neither|Either|If (?:so|not)"
    r"|(?:In|For|With|After|Before|At|Until) (?:this|these|that|those|such))\b"
)
_PRONOUN = re.compile(r"(?:[\w-]+,? ){1,4}?(?:it|they|he|she|them|him)\b")
_VERB = re.compile(
    r"(?:Do not|Never|Not|Avoid(?:ed)?|Reduced?|Increased?|Stop(?:ped)?|Continued?|Repeat(?:ed)?|Halved?|Doubled?"
    r"|Withh(?:old|eld)|Omit(?:ted)?|Titrated?|Give|Given|Start(?:ed)?|Used?|Take|Taken|Contraindicated|Caution"
    r"|Should|May|Can|Must|Is|Are|Was|Were|Has|Max(?:imum)?)\.? "
    r"(?:in|if|when|with|for|to|by|until|at|after|before|during|once|twice|every|daily|unless|be|been|use|used|give"
    r"|given|exceed|take|taken|start|recommended|\d[\d.,]*)\b"
)
_GIVEN = re.compile(r"\b(?:given|receives?|takes?|gets?|needs?|start(?:ed)? (?:on|with)) \d[\d.,]* ?[^\W\d_]+(?! of\b)")
_DOSE = re.compile(
    rf"(?:\b[Tt]he (?:\w+ )?|^(?:Max(?:imum)?|Usual|Initial|Starting|Loading|Daily|Total) ){_THING}\b(?! of\b)"
)


def leans(text: str) -> bool:
    """Whether a sentence speaks of what stands before it: *It …*, *Avoid in …*, *… the dose is …*."""
    opens = _OPENS.match(text) or _VERB.match(text) or _PRONOUN.match(text)
    return bool(opens or _DOSE.search(text) or _GIVEN.search(text))


def first(laid: Laid, at: int) -> int:
    """Where a quote of a sentence begins: at the one that it leans on, or that this one leans on in turn."""
    begin = at
    while at - begin < BACK and leans(laid.told[begin]) and laid.follows(begin):
        begin -= 1
    return begin
