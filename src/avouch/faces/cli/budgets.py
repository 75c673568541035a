"""`avouch budget list|set`."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from avouch.errors import AvouchError, Code
from avouch.faces.cli.app import OWNER, As, Json, acting, app, out, show_json

if TYPE_CHECKING:
    from avouch.generate.budget import Limit, Scope
    from avouch.stack.budgets import Line
    from avouch.stack.stack import Stack

budget = typer.Typer(help="What models may cost a day (UTC), and what they did.", no_args_is_help=True)
app.add_typer(budget, name="budget")
EACH = "each"
"""On the command line: whoever has no limit of their own."""


@budget.command("list")
def list_all(by: As = OWNER, as_json: Json = False) -> None:
    """List the limits with what is spent against them today."""
    with acting(by) as (stack, actor):
        from avouch.stack.budgets import listing

        found = listing(stack, actor)
        named = [(one, whose(stack, one.limit)) for one in found]
    if as_json:
        return show_json([{**asdict(one.limit), "name": name, "spent": spent(one)} for one, name in named])
    if not found:
        return out.print("[dim]nothing is limited[/]")
    table = Table("whose", "tokens", "money", "minutes", "over it", title="Spent today of what a day has")
    for one, name in named:
        limit = one.limit
        tokens = "–" if limit.tokens is None else f"{limit.tokens:,}"
        micros = "–" if limit.micros is None else f"{money(limit.micros)} {limit.currency}"
        minutes = "–" if limit.milliseconds is None else f"{limit.milliseconds / 60_000:g}"
        table.add_row(
            f"{limit.scope.value} {escape(name)}".strip(),
            f"{one.tokens:,} of {tokens}",
            f"{money(one.micros)} of {micros}",
            f"{one.milliseconds / 60_000:.1f} of {minutes}",
            limit.over.value,
        )
    return out.print(table)


def whose(stack: Stack, limit: Limit) -> str:
    """The name of a limit's subject; of a principal its name, not its id."""
    from avouch.generate.budget import Scope
    from avouch.stack import people

    if limit.scope is Scope.PRINCIPAL and limit.subject:
        return people.by_id(stack, limit.subject).name
    return limit.subject or ("" if limit.scope is Scope.HOME else EACH)


def spent(one: Line) -> dict[str, int]:
    return {"tokens": one.tokens, "micros": one.micros, "milliseconds": one.milliseconds}


def money(micros: int) -> str:
    """An amount in units of its currency, to the cent."""
    return f"{Decimal(micros) / 1_000_000:,.2f}"


@budget.command("set")
def set_limit(
    tenant: Annotated[str | None, typer.Option("--tenant", help="Of a tenant; `each`: of every other one.")] = None,
    principal: Annotated[str | None, typer.Option("--principal", help="Of a principal, by name, or `each`.")] = None,
    whole: Annotated[bool, typer.Option("--whole-home", help="Of everybody together.")] = False,
    tokens: Annotated[int | None, typer.Option("--tokens", min=0, help="Tokens a day, in and out.")] = None,
    cost: Annotated[str | None, typer.Option("--money", help="Money a day: 12.50.")] = None,
    currency: Annotated[str, typer.Option("--currency", help="The currency of the money.")] = "USD",
    minutes: Annotated[str | None, typer.Option("--minutes", help="Minutes a day that models work: 90, 0.5.")] = None,
    over: Annotated[str, typer.Option("--over", help="Beyond it: refuse, or degrade to the quoted answer.")] = "refuse",
    by: As = OWNER,
    as_json: Json = False,
) -> None:
    """Set the limits of a principal, a tenant or the home; without an amount, lift them."""
    from avouch.generate.budget import Limit, Over

    if over.upper() not in Over.__members__:
        raise AvouchError(Code.INPUT_INVALID, "--over is refuse or degrade")
    micros = None if cost is None else parts_of(cost, 1_000_000, "--money")
    milliseconds = None if minutes is None else parts_of(minutes, 60_000, "--minutes")
    with acting(by) as (stack, actor):
        from avouch.stack.budgets import put

        scope, subject = subject_of(stack, tenant, principal, whole)
        limit = Limit(scope, subject, tokens, micros, currency, milliseconds, Over[over.upper()])
        put(stack, actor, limit)
        name = whose(stack, limit)
    if as_json:
        return show_json(limit)
    lifted = limit.tokens is limit.micros is limit.milliseconds is None
    what = "is no longer limited" if lifted else "is limited from now on"
    return out.print(f"[green]✓[/] {scope.value} {escape(name)}".rstrip() + f" {what}")


def subject_of(stack: Stack, tenant: str | None, principal: str | None, whole: bool) -> tuple[Scope, str]:
    """Whose limit it is. INPUT_INVALID unless exactly one is named; PRINCIPAL_UNKNOWN."""
    from avouch.generate.budget import Scope
    from avouch.stack import people

    if (tenant is not None) + (principal is not None) + whole != 1:
        raise AvouchError(Code.INPUT_INVALID, "name one of --tenant, --principal and --whole-home")
    if whole:
        return Scope.HOME, ""
    if tenant is not None:
        return Scope.TENANT, "" if tenant == EACH else tenant
    return Scope.PRINCIPAL, "" if principal == EACH else people.id_of(stack, principal or "")


def parts_of(text: str, parts: int, option: str) -> int:
    """An amount in parts of its unit (millionths, milliseconds). INPUT_INVALID where it is no whole number of them."""
    try:
        amount = Decimal(text) * parts
        if amount.is_finite() and abs(amount) < 2**53 and amount == int(amount):
            return int(amount)
    except ArithmeticError as error:
        raise AvouchError(Code.INPUT_INVALID, f"{option} is an amount such as 12.50") from error
    raise AvouchError(Code.INPUT_INVALID, f"{option} is an amount such as 12.50, and not that exact or large")
