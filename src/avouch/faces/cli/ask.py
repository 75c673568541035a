"""`avouch ask`."""

from __future__ import annotations

import re
from typing import Annotated

import typer
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from avouch.faces.cli.app import Json, app, opened, out, show_json
from avouch.records import Answer, Citation

PATIENCE_MS = 120_000.0
"""How long somebody at a terminal waits: what a question may take, and so what is reserved for it."""
ROWS = re.compile(r"\n+(?=[-*+•|]\s)")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question.")],
    name: Annotated[str, typer.Option("--as", help="Who asks (asserted, not authenticated).")] = "owner",
    as_of: Annotated[str | None, typer.Option("--as-of", help="What held at that date or time.")] = None,
    known_at: Annotated[str | None, typer.Option("--known-at", help="As known at that time; `now`.")] = None,
    purpose: Annotated[str | None, typer.Option("--purpose", help="The purpose of use.")] = None,
    model: Annotated[str, typer.Option("--model", help="The model to ask first, of those in force.")] = "",
    explain: Annotated[bool, typer.Option("--explain", help="Show every passage's ranks and scores.")] = False,
    as_json: Json = False,
) -> None:
    """Ask a question; every sentence of the answer is cited, or there is none."""
    with opened() as stack:
        from avouch.stack.ask import ask as run
        from avouch.stack.people import find
        from avouch.stack.signin import claimed

        asks = claimed(find(stack, name), purpose or "")
        answer = run(stack, asks, question, as_of, known_at, model=model, budget_ms=PATIENCE_MS)
    if as_json:
        return show_json(answer)
    show(answer)
    if explain:
        show_passages(answer)
    return out.print(f"\n[dim]avouch voucher export {answer.voucher_id} > voucher.json; avouch verify voucher.json[/]")


def place(citation: Citation) -> str:
    page = f", p. {citation.page}" if citation.page else ""
    return f"{escape(citation.title)} [dim]({escape(citation.document_key)}{page}, {citation.start}–{citation.end})[/]"


def show(answer: Answer) -> None:
    """The answer as a person reads it: claims, their sources, the date of the knowledge."""
    out.print()
    if answer.abstained:
        out.print("[bold yellow]No answer.[/] Nothing that you may see supports one.")
        if answer.nearest:
            out.print("[dim]The nearest documents:[/] " + escape("; ".join(answer.nearest)))
        elif not answer.passages:
            out.print("[dim]You can see no documents here. Ask as somebody who can: --as NAME.[/]")
    cited: dict[str, int] = {}
    for claim in answer.claims:
        marks = [cited.setdefault(place(citation), len(cited) + 1) for citation in claim.citations]
        numbers = "".join(f"[cyan]\\[{mark}][/]" for mark in dict.fromkeys(marks))
        if claim.under:  # without a table's heads nobody can tell its cells
            out.print(Padding(f"[dim]{escape(' / '.join(map(lines, claim.under)))}[/]", (0, 2)))
        out.print(Padding(f"{escape(lines(claim.text))} {numbers}", (0, 2)))
    if cited:
        out.print()
    for where, mark in cited.items():
        out.print(Padding(f"[cyan]\\[{mark}][/] {where}", (0, 2)))
    for warning in answer.warnings:
        out.print(f"[yellow]![/] {escape(warning)}")
    show_withheld(answer)
    if answer.notes:
        quoted = "quoted, since no model wrote it: " if answer.degraded == "model" else ""
        out.print(f"[dim]{quoted}{escape('; '.join(answer.notes))}[/]", soft_wrap=True)
    by = f"written by {escape(answer.model)}, checked sentence by sentence · " if answer.model else ""
    out.print(
        f"\n[dim]{by}as of {answer.as_of[:19]}Z · ledger entry {answer.snapshot} · "
        f"confidence {answer.confidence:.2f} · voucher[/] {answer.voucher_id}"
    )


def lines(text: str) -> str:
    """A document's words on one line; each row and each item has its own."""
    return "\n".join(" ".join(line.split()) for line in ROWS.split(text))


def show_withheld(answer: Answer) -> None:
    """What the checks did not let through: how much and by which checks; struck through where one may review it."""
    if not answer.withheld:
        return
    checks = dict.fromkeys(reason.check for claim in answer.withheld for reason in claim.reasons)
    by = f" ({escape(', '.join(checks))})" if checks else ""
    count = len(answer.withheld)
    out.print(f"[yellow]![/] {count} {'sentence was' if count == 1 else 'sentences were'} withheld{by}")
    for claim in answer.withheld:
        if claim.text:
            out.print(
                Padding(f"[strike]{escape(' '.join(claim.text.split()))}[/] [dim]{claim.verdict.value}[/]", (0, 2))
            )
        for reason in claim.reasons:
            if reason.words:
                out.print(Padding(f"[dim]{escape(reason.check)}: {escape(reason.words)}[/]", (0, 4)))


def show_passages(answer: Answer) -> None:
    """Every passage with ranks, scores, and why it was visible."""
    table = Table("#", "document", "heading", "fused", "vector (rank)", "text (rank)", "visible by", title="Passages")
    for number, passage in enumerate(answer.passages, 1):
        s = passage.scores
        table.add_row(
            str(number),
            escape(passage.title),
            escape(" › ".join(passage.headings)),
            f"{s.fused:.3f}",
            f"{s.vector:.3f} ({s.vector_rank or '–'})",
            f"{s.text:.2f} ({s.text_rank or '–'})",
            escape(passage.why),
        )
    out.print(table)
    out.print("[dim]" + " · ".join(f"{step} {ms:.1f} ms" for step, ms in answer.timings.items()) + "[/]")
