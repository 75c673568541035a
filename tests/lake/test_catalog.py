"""The mask over versions and rows, against the definition applied to each version alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from avouch.lake.catalog import COLUMNS, Catalog
from avouch.policy.groups import GroupPolicy
from avouch.policy.mask import Decisions, mask_digest
from avouch.records import FOREVER, Classification, Moment, Principal, Relation, Resource, Rows, VisibilityClass

GROUPS = ("a", "b", "c")
LABELS = st.frozensets(st.sampled_from(GROUPS))
LEVELS = st.sampled_from(Classification)
TENANTS = st.sampled_from(("default", "other"))
SHAPES = st.builds(VisibilityClass, LABELS, LEVELS, TENANTS, compartmented=st.booleans())
PEOPLE = st.builds(
    Principal,
    id=st.just("p"),
    name=st.just("p"),
    groups=LABELS,
    clearance=LEVELS,
    tenant=TENANTS,
)
TIMES = st.integers(-5, 5)
ENDS = st.one_of(TIMES, st.just(FOREVER))


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    shapes = draw(st.lists(SHAPES, min_size=1, max_size=6, unique=True))
    count = draw(st.integers(0, 12))
    made = Catalog()
    made.classes = dict(enumerate(shapes, 1))
    sizes = draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    values = {
        "class_id": st.integers(1, len(shapes)),
        "compartment": st.integers(0, 4),
        "recorded": st.integers(0, 5),
        "ended": ENDS.filter(lambda end: end >= 0),
        "world_from": TIMES,
        "valid_to": ENDS,
        "ended_at": ENDS,
    }
    for name, strategy in values.items():
        made.columns[name] = np.array(draw(st.lists(strategy, min_size=count, max_size=count)), np.int64)
    compartmented = [made.classes[int(number)].compartmented for number in made.columns["class_id"]]
    made.columns["compartment"] = np.where(compartmented, made.columns["compartment"] + 1, 0).astype(np.int64)
    made.columns["rows"] = np.array(sizes, np.int64)
    made.columns["first_row"] = np.cumsum([0, *sizes])[:-1].astype(np.int64) if count else np.empty(0, np.int64)
    made.known = np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)), np.bool_)
    assert set(made.columns) == set(COLUMNS)
    return made


def sees(person: Principal, shape: VisibilityClass, relation: Relation) -> bool:
    return GroupPolicy().decide(person, "see", [Resource("", shape, relation, shape.tenant)])[0].allowed


MINE = st.frozensets(st.integers(1, 5)).map(lambda numbers: np.array(sorted(numbers), np.int64))


@given(catalogs(), PEOPLE, MINE, st.builds(Moment, st.integers(0, 5), TIMES))
def test_the_mask_is_the_policy_and_the_two_times(
    catalog: Catalog, person: Principal, mine: Rows, moment: Moment
) -> None:
    found = Decisions().allowed(GroupPolicy(), person, catalog.classes)
    mask = catalog.visible(found.inside, found.outside, mine, moment)
    total = int(catalog.columns["rows"].sum())
    rows = catalog.rows(mask, total)
    for at in range(len(mask)):
        c = {name: int(column[at]) for name, column in catalog.columns.items()}
        known = c["recorded"] <= moment.snapshot and c["world_from"] <= moment.at < c["valid_to"]
        held = known and (c["ended"] > moment.snapshot or moment.at < c["ended_at"])
        relation = Relation.MEMBER if c["compartment"] in mine else Relation.OTHER
        shape = catalog.classes[c["class_id"]]
        allowed = sees(person, shape, relation if shape.compartmented else Relation.NONE)
        assert mask[at] == (bool(catalog.known[at]) and held and allowed)
        assert (rows[c["first_row"] : c["first_row"] + c["rows"]] == mask[at]).all()
    assert rows.sum() == catalog.columns["rows"][mask].sum()


@given(PEOPLE, SHAPES)
def test_the_policy_is_groups_and_clearance_and_tenant(person: Principal, shape: VisibilityClass) -> None:
    seen = sees(person, shape, Relation.MEMBER if shape.compartmented else Relation.NONE)
    assert seen == (
        bool(person.groups & shape.labels)
        and shape.classification <= person.clearance
        and person.tenant == shape.tenant
    )
    assert not sees(person, shape, Relation.OTHER)
    unlabelled = VisibilityClass(frozenset(), Classification.PUBLIC, person.tenant)
    assert not sees(person, unlabelled, Relation.NONE)


def test_later_versions_do_not_change_a_mask_digest() -> None:
    policy = GroupPolicy()
    early = np.array([True, False, True])
    assert mask_digest(policy, early) == mask_digest(policy, np.array([True, False, True, *[False] * 30]))
    assert mask_digest(policy, early) != mask_digest(policy, np.array([True, True, True]))


@given(catalogs(), st.lists(st.builds(Moment, st.integers(0, 6), TIMES), min_size=2, max_size=8))
def test_moments_between_the_same_changes_have_the_same_mask(catalog: Catalog, moments: list[Moment]) -> None:
    masks: dict[tuple[int, int], list[bool]] = {}
    for moment in moments:
        everything = tuple(catalog.classes)
        mask = catalog.visible(everything, everything, np.empty(0, np.int64), moment).tolist()
        assert masks.setdefault(catalog.between(moment), mask) == mask


@given(catalogs(), st.sets(st.integers(0, 40)), st.integers(0, 40))
def test_hidden_rows_are_in_no_mask(catalog: Catalog, chosen: set[int], total: int) -> None:
    visible = np.ones(len(catalog.known), np.bool_)
    sizes = catalog.columns["rows"]
    total = max(total, int(sizes.sum()))
    owner = np.repeat(np.arange(len(sizes)), sizes)
    plain = catalog.rows(visible, total)
    rows = sorted(row for row in chosen if row < len(owner))
    catalog.hidden = np.array([(row, owner[row]) for row in rows], np.int64).reshape(-1, 2)
    mask = catalog.rows(visible, total)
    assert np.flatnonzero(plain & ~mask).tolist() == rows
    assert not (mask & ~plain).any()
    assert catalog.hidden_in(visible) == tuple(rows)
    assert catalog.hidden_in(~visible) == ()
