"""A cached answer is found under exactly its circumstances, and is gone with what it was written from."""

from __future__ import annotations

import threading
from dataclasses import fields, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from avouch.generate.cache import Cache, Circumstances, Entry, Kept, Source, key, normalised
from avouch.records import Span

TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=8)
PARTS: dict[str, st.SearchStrategy[Any]] = {
    "str": TEXT,
    "int": st.integers(0, 2**60),
    "tuple[str, ...]": st.lists(TEXT, max_size=3).map(tuple),
}
KINDS = {field.name: PARTS[str(field.type)] for field in fields(Circumstances)}
WHERE = st.builds(Circumstances, **KINDS)


@given(WHERE, WHERE, TEXT, TEXT)
def test_whatever_differs_makes_another_key(one: Circumstances, other: Circumstances, asked: str, again: str) -> None:
    same = one == other and normalised(asked) == normalised(again)
    assert (key(asked, one) == key(again, other)) is same


@given(WHERE, st.sampled_from(sorted(KINDS)), st.data(), TEXT)
def test_each_part_counts(where: Circumstances, part: str, data: st.DataObject, asked: str) -> None:
    changed = replace(where, **{part: data.draw(KINDS[part])})
    assert (key(asked, changed) == key(asked, where)) is (changed == where)


def test_parts_do_not_run_into_each_other() -> None:
    base = Circumstances("t", "m", "p", "g", 1, ("a", "b"), ())
    assert key("q", base) != key("q", replace(base, models=("ab",)))
    assert key("q", base) != key("q", replace(base, models=("a",), templates=("b",)))
    assert key("q", replace(base, tenant="tm", mask="")) != key("q", base)


def test_spaces_do_not_count_and_case_does() -> None:
    base = Circumstances("t", "m", "p", "g", 1, (), ())
    assert key(" what  is\nthe dose ", base) == key("what is the dose", base)
    assert key("cafe\u0301", base) == key("café", base)
    assert key("5 Mg", base) != key("5 mg", base)


def entry(*versions: str, text: str = "The dose is 5 mg.") -> Entry:
    sources = tuple(Source("d", one, Span(0, 5)) for one in versions[:1])
    return Entry((Kept(text, sources, "supported"),), "m", frozenset(versions))


def test_the_least_used_goes_first() -> None:
    cache = Cache(entries=2)
    for name in "ab":
        cache.put(name, entry(f"v_{name}"))
    assert cache.get("a")
    cache.put("c", entry("v_c"))
    assert cache.get("a") and cache.get("c") and cache.get("b") is None
    assert cache.find(["v_b"]) == 0 and cache.find(["v_a", "v_c"]) == 2


def test_it_is_bounded_in_characters() -> None:
    cache = Cache(characters=3000)
    cache.put("long", entry("v", text="x" * 5000))
    assert len(cache) == 0
    for number in range(50):
        cache.put(str(number), entry("v", text="x" * 100))
    assert 0 < len(cache) < 10 and cache.find(["v"]) == len(cache)
    cache.put("49", entry("v", text="y" * 10))
    cache.clear()
    assert len(cache) == 0 and cache.find(["v"]) == 0


def test_what_is_erased_is_gone_and_does_not_come_back() -> None:
    cache = Cache()
    cache.put("cited", entry("v_1", "v_2"))
    cache.put("given", entry("v_2", "v_1"))
    cache.put("other", entry("v_3"))
    assert cache.erase(["v_1"]) == 2 and cache.get("cited") is None and cache.get("given") is None
    assert cache.get("other") and cache.find(["v_1", "v_2"]) == 0
    cache.put("late", entry("v_1"))
    assert cache.get("late") is None, "written while the erasure went on"


def test_many_threads_keep_it_whole() -> None:
    cache = Cache(entries=50)

    def work(thread: int) -> None:
        for number in range(300):
            name = str((thread * 7 + number) % 90)
            cache.put(name, entry(f"v_{name}", f"v_{number % 10}"))
            cache.get(str(number % 90))
            if number % 50 == 0:
                cache.erase([f"v_{thread}x"])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cache) == 50
    cache.erase([f"v_{n}" for n in range(100)])
    assert len(cache) == 0 and not cache._by_version and cache._characters == 0
