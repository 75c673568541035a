"""Sinks: whether what a model wrote may go where it leads, by the labels of all that it was made from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from avouch.guard.taint import Label, Reach, Sink, Taint, Trust, allowed, join
from avouch.protect.links import Link, links
from avouch.records import Classification, Passage, Principal, Version

QUESTION = "question"


def taint_of(principal: Principal, versions: Iterable[Version]) -> Taint:
    """What an answer to this person is made from: these versions, and a question that anybody may have written."""
    return join([Label(Classification.PUBLIC, principal.tenant, origin=QUESTION), *map(label_of, versions)])


def label_of(version: Version) -> Label:
    """A version came from a source with an owner; what was found hostile in it is in no passage."""
    compartment = str(version.compartment or "")
    return Label(version.classification, version.tenant, compartment, Trust.CURATED, origin=version.id)


def refused(text: str, taint: Taint, passages: Sequence[Passage], hosts: Collection[str] = ()) -> tuple[str, ...]:
    """The rules that keep a text from leading outside, whoever approved the host. Without a link there is none.

    An address that stands in a source as it is carries nothing out, nor does one of ``hosts`` alone; any other could
    have been made to.
    """
    found = links(text)
    quoted = {link.target for passage in passages for link in links(passage.text)} if found else set()
    rulings = [
        allowed(Sink.IMAGE if one.image else Sink.LINK, taint, Reach(listed=True, carries=carries(one, quoted, hosts)))
        for one in found
    ]
    return tuple(dict.fromkeys(rule for ruling in rulings for rule in ruling.refused))


def carries(link: Link, quoted: set[str], hosts: Collection[str]) -> bool:
    """Whether an address could carry something out: no source has it, and it is more than a host that is listed."""
    alone = link.target.lower().partition("://")[2].rstrip("/")
    return link.target not in quoted and alone not in hosts
