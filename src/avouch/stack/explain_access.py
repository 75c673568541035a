"""Why somebody sees a document or does not, and who does: the policy, the attributes, the verdict, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from avouch.lake import compartments, documents
from avouch.lake import principals as rows
from avouch.lake.schema import principals
from avouch.policy.groups import SEE
from avouch.policy.mask import attributes
from avouch.policy.rules import Explains, Rule, missing, nearest
from avouch.ports import Policy
from avouch.records import Decision, Fate, Principal, Relation, Resource, Version
from avouch.stack.act import authorise
from avouch.stack.in_force import active
from avouch.stack.moment import instant
from avouch.stack.passages import Compartments, resource_of
from avouch.stack.rights import ACTIVE, OWNER, over

if TYPE_CHECKING:
    from avouch.stack.stack import Stack

NEAREST = 5
RELATIONS = {
    Relation.NONE: "the document lies in no compartment",
    Relation.MEMBER: "they belong to the document's compartment",
    Relation.OTHER: "they do not belong to the document's compartment",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One attribute, as the principal has it and as the document asks; ``fits`` None: only the policy can tell."""

    attribute: str
    principal: str
    document: str
    fits: bool | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a principal sees a document, and how the policy came to it. ``by``: the policies it rests on."""

    principal_id: str
    document_id: str
    version_id: str
    allowed: bool
    by: tuple[str, ...]
    errors: tuple[str, ...]
    policy: int
    policy_version: str
    compared: tuple[Compared, ...]
    rules: tuple[Rule, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """Principals for whom a document is the same: seen, or not, by the same policies in the same relation."""

    allowed: bool
    by: tuple[str, ...]
    relation: str
    principals: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Case:
    """One principal before one document, read in one transaction with all that decides."""

    principal: Principal
    enabled: bool
    version: Version
    relation: Relation
    number: int

    @property
    def resource(self) -> Resource:
        return resource_of(self.version, self.relation)


def why(stack: Stack, actor: Principal, name: str, document_id: str, purpose: str = "") -> Explanation:
    """Why the principal of that name sees the current version of a document, or why not.

    PRINCIPAL_UNKNOWN, NOT_FOUND; FORBIDDEN unless the actor administers access to both.
    """
    authorise(stack, "access.why", actor)

    def read(tx: Connection) -> Case:
        row = rows.named(tx, name) or rows.row_of(tx, name)
        person = rows.present(tx, row, instant(tx))
        person = replace(person, purpose=purpose or person.purpose)
        version = documents.document(tx, document_id).current
        held = Compartments(compartments.of_member(tx, person.id))
        return Case(person, row.status == ACTIVE, version, held.relation(version), active(tx)[0])

    case = stack.state.read(read)
    authorise(stack, "access.why", actor, (*over(actor, case.principal.tenant), *over(actor, case.version.tenant)))
    policy, person = stack.policy, attributes(case.principal)
    decision = policy.decide(person, SEE, [case.resource])[0]
    rules = tuple(policy.explain(person, SEE, case.resource)) if isinstance(policy, Explains) else ()
    allowed = decision.allowed and not decision.errors and case.enabled and case.version.fate is Fate.LIVE
    return Explanation(
        principal_id=case.principal.id,
        document_id=document_id,
        version_id=case.version.id,
        allowed=allowed,
        by=decision.by,
        errors=decision.errors,
        policy=case.number,
        policy_version=policy.version,
        compared=compared(case),
        rules=rules,
        words=tuple(in_words(case, decision, rules)),
    )


def who_can(stack: Stack, actor: Principal, document_id: str, purpose: str = "") -> list[Reach]:
    """Everybody in force, grouped by what the policy says of them and the document; those who see it first."""
    authorise(stack, "access.why", actor)

    def read(tx: Connection) -> tuple[Version, list[Principal], frozenset[str]]:
        version = documents.document(tx, document_id).current
        query = select(principals).where(principals.c.status == ACTIVE).order_by(principals.c.name)
        mine = compartments.members_of(tx, version.compartment) if version.compartment else []
        at = instant(tx)
        return version, [rows.present(tx, row, at) for row in tx.execute(query).all()], frozenset(mine)

    version, everybody, members = stack.state.read(read)
    authorise(stack, "access.why", actor, over(actor, version.tenant))
    mine = [one for one in everybody if OWNER in actor.roles or one.tenant == actor.tenant]
    return grouped(stack.policy, [replace(one, purpose=purpose or one.purpose) for one in mine], version, members)


def grouped(policy: Policy, everybody: Sequence[Principal], version: Version, members: frozenset[str]) -> list[Reach]:
    groups: dict[tuple[bool, tuple[str, ...], str], list[str]] = {}
    for person in everybody:
        relation = Relation.MEMBER if person.id in members else Relation.OTHER
        relation = relation if version.compartment else Relation.NONE
        resource = resource_of(version, relation)
        decision = policy.decide(attributes(person), SEE, [resource])[0]
        allowed = decision.allowed and not decision.errors and version.fate is Fate.LIVE
        groups.setdefault((allowed, decision.by, relation.value), []).append(person.name)
    found = [
        Reach(allowed, by, relation, tuple(names), reach_in_words(allowed, by, Relation(relation)))
        for (allowed, by, relation), names in groups.items()
    ]
    return sorted(found, key=lambda reach: (not reach.allowed, -len(reach.principals), reach.by))


def reach_in_words(allowed: bool, by: tuple[str, ...], relation: Relation) -> str:
    rest = f"by {', '.join(by)}" if by else "no policy permits it"
    return f"{'see it' if allowed else 'do not see it'}: {rest}; {RELATIONS[relation]}"


def compared(case: Case) -> tuple[Compared, ...]:
    """What the principal has beside what the document has."""
    p, v = case.principal, case.version
    return (
        Compared("tenant", p.tenant, v.tenant, p.tenant == v.tenant),
        Compared("groups and labels", listed(p.groups), listed(v.labels), bool(p.groups & v.labels)),
        Compared(
            "clearance and classification",
            p.clearance.name.lower(),
            v.classification.name.lower(),
            v.classification <= p.clearance,
        ),
        Compared("compartment", case.relation.value, "yes" if v.compartment else "no", case.relation != Relation.OTHER),
        Compared("purpose and kind", p.purpose or "none stated", v.kind, None),
        Compared("emergency", p.emergency or "none in force", "", None),
    )


def in_words(case: Case, decision: Decision, rules: tuple[Rule, ...]) -> list[str]:
    """The verdict first, then what it rests on, or what stood in the way."""
    p, v = case.principal, case.version
    said = [verdict(case, decision)]
    said.append(f"They have groups {listed(p.groups)}, clearance {p.clearance.name.lower()}, tenant {p.tenant}.")
    classification = v.classification.name.lower()
    said.append(f"It has labels {listed(v.labels)}, classification {classification}, kind {v.kind}, tenant {v.tenant}.")
    said.append(f"As to compartments, {RELATIONS[case.relation]}.")
    if p.purpose or p.emergency:
        said.append(f"The purpose is {p.purpose or 'not stated'}; the emergency in force is {p.emergency or 'none'}.")
    said += [f"An error, so it is a no: {error}." for error in decision.errors]
    said += [rule_in_words(rule) for rule in rules if rule.id in decision.by]
    if not decision.by and not decision.errors:
        near = nearest(rules)[:NEAREST]
        said.append("No policy permits it; the nearest are these." if near else "No policy permits it.")
        said += [rule_in_words(rule) for rule in near]
    return said


def verdict(case: Case, decision: Decision) -> str:
    who = f"{case.principal.name} ({case.principal.id})"
    if not case.enabled:
        return f"{who} does not see {case.version.document_id}: they are disabled and cannot sign in."
    if case.version.fate is not Fate.LIVE:
        return f"{who} does not see {case.version.document_id} now: it is {case.version.fate.value}."
    if decision.allowed and not decision.errors:
        return f"{who} sees {case.version.document_id}, by {', '.join(decision.by)}."
    by = f"{', '.join(decision.by)} forbids it" if decision.by else "nothing permits it"
    return f"{who} does not see {case.version.document_id}: {by}."


def rule_in_words(rule: Rule) -> str:
    """A rule with each of its conditions, and whether it held."""
    kind = "permits" if rule.permits else "forbids"
    told = "applies" if rule.applies else f"misses {missing(rule)} of {len(rule.conditions)} conditions"
    marks = {True: "holds", False: "does not hold", None: "cannot be told alone"}
    parts = "; ".join(f"{condition.text}: {marks[condition.holds]}" for condition in rule.conditions)
    return f"{rule.id} ({kind}) {told}" + (f": {parts}." if parts else ".")


def listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"
