"""Prompt templates: plain texts with named places, a version, test cases and a digest.

There is no logic in them, on purpose: a place is filled once and what fills it is never looked at again, so no
passage can become part of a template, and whoever approves one can read all that it can ever say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from avouch.canon import canonical, digest
from avouch.errors import AvouchError, Code
from avouch.records import Grammar, Message

MARKS, CLAIMS = "marks", "claims"
"""How the reply cites: sentences with marks ``[1]``, or JSON with claims."""
NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")
PLACE = re.compile(r"\{\{([a-z]*)\}\}")
SECTION = re.compile(r"^== *(.*?) *$", re.MULTILINE)
ALLOWED = {"system": {"mark"}, "user": {"mark", "passages", "question"}}
LONGEST = 50_000


@dataclass(frozen=True, slots=True)
class Case:
    """A test of a template: what the messages made of a question and passages have in them, and what not."""

    name: str
    question: str
    passages: tuple[str, ...]
    system_has: tuple[str, ...] = ()
    user_has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """One version of a template. ``form`` is marks or claims."""

    name: str
    version: int
    form: str
    system: str
    user: str
    cases: tuple[Case, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def digest(self) -> str:
        """What a voucher names it by."""
        return digest(canonical(self.told()))

    def told(self) -> dict[str, Any]:
        """All of it as plain values."""
        cases = [{name: plain(getattr(one, name)) for name in Case.__slots__} for one in self.cases]
        texts = {"name": self.name, "form": self.form, "system": self.system, "user": self.user}
        return {**texts, "version": self.version, "cases": cases}

    def fill(self, places: Mapping[str, str]) -> tuple[Message, ...]:
        """The messages. What is put in is not searched for places."""
        return tuple(
            Message(role, PLACE.sub(lambda found: places[found.group(1)], text))
            for role, text in (("system", self.system), ("user", self.user))
        )


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def read(text: str) -> Template:
    """A template from its file: a head of ``name: value`` lines, then sections ``== system``, ``== user`` and
    ``== case NAME``. TEMPLATE_INVALID, naming what is wrong."""
    if len(text) > LONGEST:
        raise wrong(f"is longer than {LONGEST} characters")
    head, *parts = SECTION.split(text.replace("\r\n", "\n"))
    lines = [line.partition(":") for line in head.splitlines() if line.strip()]
    told = {name.strip(): value.strip() for name, _, value in lines}
    if len(lines) != 3 or told.keys() != {"name", "version", "form"}:
        raise wrong("begins with name, version and form, and nothing else")
    if not NAME.fullmatch(told["name"]) or not re.fullmatch(r"[1-9][0-9]{0,5}", told["version"]):
        raise wrong("has a name of small letters and a version from 1")
    if told["form"] not in (MARKS, CLAIMS):
        raise wrong("has the form marks or claims")
    sections = dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True))
    texts = {role: sections.pop(role, "") for role in ALLOWED}
    if len(parts) // 2 != len(sections) + len(ALLOWED):
        raise wrong("has the sections system and user, and each once")
    cases = tuple(_case(name, body) for name, body in sections.items())
    made = Template(told["name"], int(told["version"]), told["form"], **texts, cases=cases)
    _check(made)
    return made


def _check(template: Template) -> None:
    for role, allowed in ALLOWED.items():
        text = getattr(template, role)
        named = PLACE.findall(text)
        if not text or "\0" in text:
            raise wrong(f"has no {role} section")
        if stray := set(named) - allowed:
            raise wrong(f"has {{{{{min(stray)}}}}} in its {role} section, where it may not stand")
        if "{{" in PLACE.sub("", text) or "}}" in PLACE.sub("", text):
            raise wrong(f"has braces in its {role} section that are no place")
    for needed in ("passages", "question"):
        if PLACE.findall(template.user).count(needed) != 1:
            raise wrong(f"has {{{{{needed}}}}} not exactly once in its user section")
    if "mark" not in PLACE.findall(template.system):
        raise wrong("does not tell the model in its system section what {{mark}} stands around the passages")


def _case(section: str, body: str) -> Case:
    kind, _, name = section.partition(" ")
    if kind != "case" or not name.strip():
        raise wrong("has a section that is neither system, user nor case NAME")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise wrong("has a case that is not JSON") from error
    if not isinstance(told, dict) or not told.keys() <= set(Case.__slots__) - {"name"}:
        raise wrong("has a case with something in it that no case has")
    question = told.pop("question", None)
    lists = [one if isinstance(one, list) else [None] for one in told.values()]
    if not isinstance(question, str) or not all(isinstance(one, str) for part in lists for one in part):
        raise wrong("has a case that is not made of texts")
    if not told.get("passages"):
        raise wrong("has a case without passages")
    return Case(name.strip(), question, **{key: tuple(value) for key, value in told.items()})


def wrong(why: str) -> AvouchError:
    return AvouchError(Code.TEMPLATE_INVALID, f"the template {why}")


@cache
def shipped() -> tuple[Template, ...]:
    """The templates that come along, by name."""
    folder = files("avouch.generate") / "templates"
    return tuple(
        read(one.read_text("utf-8"))
        for one in sorted(folder.iterdir(), key=lambda one: one.name)
        if one.name.endswith(".txt")
    )


def text_of(name: str) -> str:
    """The file of a template that comes along. NOT_FOUND."""
    if name not in {one.name for one in shipped()}:
        raise AvouchError(Code.NOT_FOUND, f"no prompt {name[:60]!r} comes with Avouch")
    return (files("avouch.generate") / "templates" / f"{name}.txt").read_text("utf-8")


def fitting(templates: Mapping[str, Template], grammar: Grammar) -> Template:
    """Of the active templates by form, that for what the server can hold a reply to. TEMPLATE_INVALID."""
    form = MARKS if grammar is Grammar.NONE else CLAIMS
    if form not in templates:
        raise AvouchError(Code.TEMPLATE_INVALID, f"no template of the form {form} is active")
    return templates[form]
