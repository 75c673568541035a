"""A validator of OCSF events, made from the schema's own source: inheritance, profiles, types, enums, constraints."""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

Json = dict[str, Any]
PLAIN = {"string_t": str, "integer_t": int, "long_t": int, "float_t": (int, float), "boolean_t": bool}


class Schema:
    """The schema as published: ``schema.tar.gz`` of the framework's source."""

    def __init__(self, archive: Path) -> None:
        with tarfile.open(archive) as tar:
            files = {
                member.name.removeprefix("./"): json.loads(stream.read())
                for member in tar.getmembers()
                if member.name.endswith(".json") and (stream := tar.extractfile(member))
            }
        self.files = files
        self.types: Json = files["dictionary.json"]["types"]["attributes"]
        self.dictionary: Json = files["dictionary.json"]["attributes"]
        self.categories = {name: one["uid"] for name, one in files["categories.json"]["attributes"].items()}
        self.captions = {one["uid"]: one["caption"] for one in files["categories.json"]["attributes"].values()}
        self.objects = {one["name"]: one for path, one in files.items() if path.startswith("objects/")}
        self.events = {one["name"]: one for path, one in files.items() if path.startswith("events/")}
        self.version = files["version.json"]["version"]
        self._resolved: dict[tuple[str, str], Json] = {}
        self.classes = {self.uid_of(name): name for name, one in self.events.items() if "uid" in one}

    def category_of(self, name: str) -> str:
        while "category" not in self.events[name] and "extends" in self.events[name]:
            name = self.events[name]["extends"]
        return str(self.events[name].get("category", "other"))

    def uid_of(self, name: str) -> int:
        return int(self.categories.get(self.category_of(name), 0)) * 1000 + int(self.events[name]["uid"])

    def resolved(self, kind: str, name: str) -> Json:
        """Attributes and constraints of an event class or object, with those it inherits and includes."""
        if (kind, name) in self._resolved:
            return self._resolved[kind, name]
        source = (self.events if kind == "events" else self.objects)[name]
        parent = source.get("extends")
        base = self.resolved(kind, parent) if parent and parent != name else {"attributes": {}, "constraints": {}}
        attributes: Json = deepcopy(base["attributes"])
        own = dict(source.get("attributes", {}))
        included = own.pop("$include", [])
        for path in [included] if isinstance(included, str) else included:
            profile = self.files[path]
            for attribute, told in profile["attributes"].items():
                merge(attributes, attribute, {**told, "profile": profile["name"]})
        for attribute, told in own.items():
            merge(attributes, attribute, told)
        made = {"attributes": attributes, "constraints": source.get("constraints", base["constraints"])}
        self._resolved[kind, name] = made
        return made

    def errors(self, event: Json) -> list[str]:
        """What is wrong with an event; nothing where it is valid."""
        uid = event.get("class_uid")
        if uid not in self.classes:
            return [f"class_uid: {uid} is no class"]
        name, profiles = self.classes[uid], set(event.get("metadata", {}).get("profiles", []))
        found = list(self._record("events", name, event, name, profiles))
        if event.get("category_uid") != uid // 1000:
            found.append("category_uid is not that of the class")
        if event.get("type_uid") != uid * 100 + event.get("activity_id", 0):
            found.append("type_uid is not class_uid * 100 + activity_id")
        if event.get("class_name", self.events[name]["caption"]) != self.events[name]["caption"]:
            found.append("class_name is not that of the class")
        if event.get("category_name", self.captions[uid // 1000]) != self.captions[uid // 1000]:
            found.append("category_name is not that of the category")
        return found

    def _record(self, kind: str, name: str, value: Json, at: str, profiles: set[str]) -> Iterator[str]:
        told = self.resolved(kind, name)
        attributes = {
            key: one for key, one in told["attributes"].items() if not one.get("profile") or one["profile"] in profiles
        }
        for key, one in attributes.items():
            if one.get("requirement") == "required" and key not in value:
                yield f"{at}.{key} is required"
        for rule, keys in told["constraints"].items():
            there = sum(key in value for key in keys)
            if (rule == "at_least_one" and not there) or (rule == "just_one" and there != 1):
                yield f"{at}: {rule} of {keys}"
        for key, given in value.items():
            if key not in attributes:
                yield f"{at}.{key} is unknown"
                continue
            defined = {**self.dictionary[key], **attributes[key]}
            defined["enum"] = {**self.dictionary[key].get("enum", {}), **attributes[key].get("enum", {})}
            if key in ("class_uid", "category_uid"):
                defined["enum"] = {}  # each class has its own: looked at above
            if "@deprecated" in defined:
                yield f"{at}.{key} is deprecated"
            yield from self._attribute(defined, given, f"{at}.{key}", profiles)
            yield from siblings(key, defined, value, at)

    def _attribute(self, defined: Json, given: Any, at: str, profiles: set[str]) -> Iterator[str]:
        if defined.get("is_array"):
            if not isinstance(given, list):
                yield f"{at} is no array"
                return
            for number, one in enumerate(given):
                yield from self._value(defined, one, f"{at}[{number}]", profiles)
        else:
            yield from self._value(defined, given, at, profiles)

    def _value(self, defined: Json, given: Any, at: str, profiles: set[str]) -> Iterator[str]:
        kind = defined["type"]
        if kind in self.types:
            yield from self._scalar(kind, given, at)
            if defined["enum"] and str(given) not in defined["enum"]:
                yield f"{at}: {given!r} is not in the enum"
            return
        if not isinstance(given, dict):
            yield f"{at} is no object"
        elif kind != "object":
            yield from self._record("objects", kind, given, at, profiles)

    def _scalar(self, kind: str, given: Any, at: str) -> Iterator[str]:
        told = self.types[kind]
        base = told.get("type", kind)
        if base == "json_t":
            return
        if not isinstance(given, PLAIN[base]) or (isinstance(given, bool) and base != "boolean_t"):  # type: ignore[arg-type]
            yield f"{at} is no {kind}"
            return
        if "regex" in told and not re.search(told["regex"], given):
            yield f"{at} is no {kind}"
        if "max_len" in told and len(given) > told["max_len"]:
            yield f"{at} is too long"
        if "range" in told and not told["range"][0] <= given <= told["range"][1]:
            yield f"{at} is out of range"
        if base == "integer_t" and not -(2**31) <= given < 2**31:
            yield f"{at} does not fit 32 bits"


def merge(attributes: Json, name: str, told: Json) -> None:
    """Lay a definition over one that is inherited: enums are joined, all else is replaced."""
    before = attributes.get(name, {})
    enum = {**before.get("enum", {}), **told.get("enum", {})}
    attributes[name] = {**before, **told, **({"enum": enum} if enum else {})}


def siblings(key: str, defined: Json, value: Json, at: str) -> Iterator[str]:
    """A caption beside a number is that of the number, unless the number is Other."""
    sibling = defined.get("sibling")
    if sibling and sibling in value and value[key] != 99 and defined["enum"]:
        caption = defined["enum"].get(str(value[key]), {}).get("caption")
        if caption and value[sibling] != caption:
            yield f"{at}.{sibling} is not {caption!r}"
