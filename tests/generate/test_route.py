"""No passage reaches a model that may not receive it; whatever fails, the class is not lowered."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.generate.made import model

from avouch.generate.route import Need, route
from avouch.records import Classification, Model, ModelKind

C = Classification
MODELS = st.lists(
    st.builds(
        lambda name, receives, personal, region, kind: model(
            f"m{name}", receives=receives, personal=personal, region=region, kind=kind
        ),
        st.integers(0, 9),
        st.sampled_from(C),
        st.booleans(),
        st.sampled_from(["", "eu", "us"]),
        st.sampled_from(ModelKind),
    ),
    max_size=6,
    unique_by=lambda one: one.name,
)
NEEDS = st.builds(
    Need,
    st.sampled_from(C),
    st.sampled_from([True, False, None]),
    st.booleans(),
    st.sampled_from([frozenset(), frozenset({"eu"})]),
)


@given(MODELS, NEEDS, st.sampled_from(["", "m1", "m2", "none"]))
def test_whoever_is_asked_may_receive_it(models: list[Model], need: Need, chosen: str) -> None:
    found = route(models, need, chosen)
    for one in found.models:
        assert one.receives >= need.highest and one.kind is not ModelKind.EXTRACTIVE
        assert one.personal or (need.personal is False and not need.compartmented)
        assert not need.regions or one.region in need.regions
    told = {one.name for one in found.models} | {one.model for one in found.left_out}
    extractive = {one.name for one in models if one.kind is ModelKind.EXTRACTIVE}
    assert {one.name for one in models} - extractive <= told or chosen in extractive
    assert not {one.name for one in found.models} & {one.model for one in found.left_out}
    assert found.models or "extractive" in found.note


@given(MODELS, NEEDS)
def test_a_stricter_need_never_lets_more_in(models: list[Model], need: Need) -> None:
    stricter = Need(C.RESTRICTED, True, True, need.regions)
    assert set(route(models, stricter).models) <= set(route(models, need).models)


def test_the_order_is_kept_and_the_chosen_goes_first() -> None:
    models = [model(name, receives=C.INTERNAL) for name in ("a", "b", "c")]
    need = Need(C.INTERNAL, personal=False)
    assert [one.name for one in route(models, need).models] == ["a", "b", "c"]
    assert [one.name for one in route(models, need, "c").models] == ["c", "a", "b"]


def test_who_is_left_out_is_told_why() -> None:
    models = [model("public"), model("near", receives=C.RESTRICTED, region="us")]
    found = route(models, Need(C.CONFIDENTIAL, True, regions=frozenset({"eu"})), "public")
    assert not found.models and found.note == "no model may receive these passages: the answer is extractive"
    assert found.left_out[0].why == "it may receive what is public; the question or a passage is confidential"
    assert found.left_out[1].why == "it may not receive identified personal data"
    at_home = model("home", receives=C.RESTRICTED, personal=True, region="us")
    assert "runs in us" in route([at_home], Need(C.PUBLIC, False, regions=frozenset({"eu"}))).left_out[0].why


def test_a_choice_that_cannot_be_had_is_told() -> None:
    models = [model("public"), model("own", receives=C.RESTRICTED, personal=True)]
    found = route(models, Need(C.CONFIDENTIAL, False), "public")
    assert [one.name for one in found.models] == ["own"] and found.note.startswith("public was not asked")
    assert route(models, Need(C.PUBLIC, False), "gone").note == "gone was not asked: it is not active"
    assert route([], Need(C.PUBLIC)).note == "no model is active: the answer is extractive"
    quoting = model("quote", kind=ModelKind.EXTRACTIVE)
    assert not route([*models, quoting], Need(C.PUBLIC, False), "quote").models
    assert [one.name for one in route([quoting, *models], Need(C.PUBLIC, False)).models] == ["public", "own"]
