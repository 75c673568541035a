"""The mask: one decision per visibility class, multiplied out to versions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from avouch.ports import Policy
from avouch.records import Mask, Principal, VisibilityClass


def visible_classes(policy: Policy, principal: Principal, classes: Mapping[int, VisibilityClass]) -> tuple[int, ...]:
    """The ids of the classes that the principal may see, in order: the policy's own decision on each."""
    return tuple(sorted(class_id for class_id, shape in classes.items() if policy.may_see(principal, shape)))


def mask_digest(policy: Policy, mask: Mask) -> str:
    """What a voucher records of a mask over versions: SHA-256 over the policy's version and the packed bits.

    Versions that came later are not in it, so that the same moment gives the same digest for ever.
    """
    bits = np.packbits(mask).tobytes().rstrip(b"\x00")
    return "sha256:" + hashlib.sha256(policy.version.encode() + b"\x00" + bits).hexdigest()
