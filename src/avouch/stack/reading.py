"""What a principal may read of a home: documents that the policy shows them, vouchers, entries.

Reading is not an act and leaves no entry; asking and searching are, and do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from avouch.errors import AvouchError, Code
from avouch.lake import compartments, documents, raised
from avouch.lake.principals import row_of
from avouch.lake.raised import Classed
from avouch.lake.schema import answers, members, versions
from avouch.ledger import log
from avouch.policy.mask import Allowed, attributes
from avouch.policy.roles import GROUPS
from avouch.records import Document, Principal, Resource, Version
from avouch.stack.act import authorise
from avouch.stack.passages import Compartments, resource_of
from avouch.stack.people import Account, account_of
from avouch.stack.rights import OWNER, refuse

if TYPE_CHECKING:
    from avouch.stack.stack import Stack


def may(stack: Stack, principal: Principal, action: str) -> bool:
    """Whether a principal may do an act in their own tenant; no entry tells of the question."""
    if principal.scopes and action not in principal.scopes:
        return False
    (decision,) = stack.policy.decide(principal, action, [Resource(principal.tenant, tenant=principal.tenant)])
    return decision.allowed and not decision.errors


def acts(stack: Stack, principal: Principal) -> list[str]:
    """Every act that a principal may do in their own tenant, by name."""
    return sorted(one for one in frozenset().union(*GROUPS.values()) if may(stack, principal, one))


def inside(principal: Principal, allowed: Allowed) -> ColumnElement[bool]:
    """The rows of ``versions`` that lie in what is allowed: the mask, said to the database."""
    mine = versions.c.compartment.in_(select(members.c.compartment_id).where(members.c.principal_id == principal.id))
    both = sorted({*allowed.inside} & {*allowed.outside})
    within, without = sorted({*allowed.inside} - {*both}), sorted({*allowed.outside} - {*both})
    return or_(
        versions.c.class_id.in_(both),
        and_(versions.c.class_id.in_(within), mine),
        and_(versions.c.class_id.in_(without), ~mine),
    )


def sees(stack: Stack, tx: Connection, principal: Principal, found: list[Version]) -> list[Version]:
    """Those of the versions that the policy, asked on each one's own attributes, shows the principal."""
    held = Compartments(compartments.of_member(tx, principal.id))
    resources = [resource_of(version, held.relation(version)) for version in found]
    decided = stack.policy.decide(attributes(principal), "see", resources) if resources else []
    return [version for version, d in zip(found, decided, strict=True) if d.allowed and not d.errors]


def document(stack: Stack, principal: Principal, document_id: str) -> tuple[Document, list[Version]]:
    """A document with those of its versions that the principal may see, oldest first.

    NOT_FOUND where there is none, or its newest version is not theirs to see.
    """
    stack.shelf.refresh()

    def query(tx: Connection) -> tuple[Document, list[Version]]:
        found = documents.document(tx, document_id)
        seen = sees(stack, tx, principal, documents.versions_of(tx, document_id))
        if found.current.id not in {version.id for version in seen}:
            raise AvouchError(Code.NOT_FOUND, f"no document {document_id}")
        return found, seen

    return stack.state.read(query)


def classed(stack: Stack, found: Sequence[Version]) -> dict[int, Classed]:
    """How the classes of versions came about, by ordinal, for those of which it is not simply the declared one."""
    return stack.state.read(lambda tx: raised.of(tx, [version.ordinal for version in found]))


def version(stack: Stack, principal: Principal, document_id: str, version_id: str | None = None) -> Version:
    """The newest or one version of a document; NOT_FOUND."""
    found, seen = document(stack, principal, document_id)
    wanted = next((v for v in seen if v.id == (version_id or found.current.id)), None)
    if wanted is None:
        raise AvouchError(Code.NOT_FOUND, f"no version {version_id} of {document_id}")
    return wanted


def text(stack: Stack, principal: Principal, document_id: str, version_id: str | None = None) -> str:
    """What was read from the newest or one version of a document. NOT_FOUND, ERASED."""
    wanted = version(stack, principal, document_id, version_id)
    return stack.state.read(lambda tx: stack.store.text(tx, document_id, wanted.text_blob))


def wide(stack: Stack, principal: Principal) -> bool:
    """Whether a principal reads what others asked."""
    return may(stack, principal, "audit") or may(stack, principal, "review")


def mine_to_read(principal: Principal) -> ColumnElement[bool]:
    """The entries of one's tenant; owners read all."""
    return log.entries.c.seq >= 0 if OWNER in principal.roles else log.entries.c.tenant == principal.tenant


def voucher(stack: Stack, principal: Principal, voucher_id: str) -> tuple[dict[str, Any], list[str]]:
    """A portable voucher, and the places of which the content is not shown: erased, or not theirs to see.

    Whoever asked has it, and who audits or reviews in the tenant. What quotes a document is disclosed only to
    who may see that document now; the question only to who asked it, or reviews. The rest verifies without.
    """
    from avouch.stack.vouchers import export

    def owned(tx: Connection) -> str | None:
        query = select(answers.c.principal_id).join(log.entries, log.entries.c.seq == answers.c.seq)
        found = tx.execute(query.where((answers.c.id == voucher_id) & mine_to_read(principal))).scalar()
        return None if found is None else str(found)

    asker = stack.state.read(owned)
    if asker is None or (asker != principal.id and not wide(stack, principal)):
        raise AvouchError(Code.NOT_FOUND, f"no voucher {voucher_id}")
    told, gone = export(stack, voucher_id)
    hidden = withheld(stack, principal, told["body"])
    if asker != principal.id and not may(stack, principal, "review"):
        hidden.append("/question")
    if not may(stack, principal, "review"):
        hidden += [f"/withheld/{w}" for w in range(len(told["body"].get("withheld", [])))]
    shown = {at: part for at, part in told["disclosures"].items() if at not in hidden}
    return {**told, "disclosures": shown}, sorted({*hidden, *(part.pointer for part in gone)})


def withheld(stack: Stack, principal: Principal, body: dict[str, Any]) -> list[str]:
    """Where a body quotes versions that the principal may not see."""
    quoted: dict[str, list[str]] = {f"/passages/{p}": [one["version"]] for p, one in enumerate(body["passages"])}
    for c, claim in enumerate(body["claims"]):
        quoted[f"/claims/{c}"] = [cited["version"] for cited in claim["citations"]]
        quoted |= {f"/claims/{c}/citations/{n}": [cited["version"]] for n, cited in enumerate(claim["citations"])}
    given = [one["version"] for one in body["passages"]] if body.get("withheld") else []
    quoted |= {f"/withheld/{w}": given for w in range(len(body.get("withheld", [])))}
    ids = {version for those in quoted.values() for version in those}
    stack.shelf.refresh()

    def query(tx: Connection) -> set[str]:
        return {version.id for version in sees(stack, tx, principal, list(documents.by_id(tx, ids).values()))}

    seen = stack.state.read(query)
    return [at for at, those in quoted.items() if not seen.issuperset(those)]


def whole_home(stack: Stack, principal: Principal) -> None:
    """FORBIDDEN for what concerns all tenants at once, unless it is an owner or somebody of the home's own tenant."""
    if OWNER not in principal.roles and principal.tenant != stack.owner.tenant:
        refuse(stack, "operate.home", principal)


def account(stack: Stack, actor: Principal, principal_id: str) -> Account:
    """One account: one's own, or of the tenant that one administers. PRINCIPAL_UNKNOWN, FORBIDDEN."""
    if actor.id != principal_id:
        authorise(stack, "principal.list", actor)
    found = account_of(stack.state.read(lambda tx: row_of(tx, principal_id)))
    if OWNER not in actor.roles and found.principal.tenant != actor.tenant:
        raise AvouchError(Code.PRINCIPAL_UNKNOWN, f"no principal {principal_id!r}")
    return found


def in_tenant(stack: Stack, actor: Principal, principal_id: str) -> None:
    """PRINCIPAL_UNKNOWN unless it is somebody of the actor's tenant."""
    if stack.state.read(lambda tx: row_of(tx, principal_id)).tenant != actor.tenant:
        raise AvouchError(Code.PRINCIPAL_UNKNOWN, f"no principal {principal_id!r}")
