"""Which models may be asked, in which order, by what their passages are. Pure; every doubt is a no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from avouch.records import Classification, Model, ModelKind


@dataclass(frozen=True, slots=True)
class Need:
    """What is to be sent. ``highest`` is the class of the strictest passage, the question's own included.

    ``personal``: identified personal data was found in it; None where nobody looked, which counts as found.
    ``compartmented``: a passage lies in a compartment, so it is about somebody. ``regions``: where it may be
    processed, in small letters (empty: anywhere).
    """

    highest: Classification
    personal: bool | None = None
    compartmented: bool = False
    regions: frozenset[str] = frozenset()

    @property
    def about_somebody(self) -> bool:
        return self.personal is not False or self.compartmented


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A model that is not asked, and why, in words that name no content."""

    model: str
    why: str


@dataclass(frozen=True, slots=True)
class Route:
    """Models in the order in which they are tried. None: the extractive default answers, and ``note`` says so."""

    models: tuple[Model, ...]
    left_out: tuple[LeftOut, ...]
    note: str = ""


def route(models: Sequence[Model], need: Need, chosen: str = "") -> Route:
    """``models`` are the active ones in their order; ``chosen`` goes first, if it may be asked at all.

    A fallback is held to the same need as the first: the class of what is sent never goes down to fit a model.
    """
    left_out: list[LeftOut] = []
    fit: list[Model] = []
    if chosen and chosen not in {one.name for one in models}:
        left_out.append(LeftOut(chosen, "it is not active"))
    for model in sorted(models, key=lambda one: one.name != chosen):
        if model.kind is ModelKind.EXTRACTIVE:
            if model.name == chosen:
                return Route((), tuple(left_out), "the extractive answer was chosen")
            continue
        if why := reason(model, need):
            left_out.append(LeftOut(model.name, why))
        else:
            fit.append(model)
    return Route(tuple(fit), tuple(left_out), _note(fit, left_out, chosen))


def reason(model: Model, need: Need) -> str:
    """Why a model may not be sent this; empty where it may."""
    if model.receives < need.highest:
        receives, highest = model.receives.name.lower(), need.highest.name.lower()
        return f"it may receive what is {receives}; the question or a passage is {highest}"
    if need.about_somebody and not model.personal:
        return "it may not receive identified personal data"
    if need.regions and model.region.lower() not in need.regions:
        return f"it runs in {model.region or 'no declared region'}, which is not allowed here"
    return ""


def _note(fit: Sequence[Model], left_out: Sequence[LeftOut], chosen: str) -> str:
    if not fit:
        why = "no model may receive these passages" if left_out else "no model is active"
        return f"{why}: the answer is extractive"
    if chosen and fit[0].name != chosen:
        return f"{chosen} was not asked: {next(one.why for one in left_out if one.model == chosen)}"
    return ""
