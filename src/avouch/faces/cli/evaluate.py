"""`avouch eval retrieval`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from avouch.faces.cli.app import Json, app, out, show_json
from avouch.faces.cli.ingest import Bar

evaluation = typer.Typer(help="Measure quality on your own data.", no_args_is_help=True)
app.add_typer(evaluation, name="eval")


@evaluation.callback()
def group() -> None:
    """Measure quality on your own data."""


@evaluation.command()
def retrieval(
    beir: Annotated[Path, typer.Option("--beir", help="A folder with corpus, queries and qrels.")],
    as_json: Json = False,
) -> None:
    """Take a BEIR-layout corpus into a passing home and measure nDCG@10 and recall@100."""
    from avouch.ingest.discover import Options
    from avouch.stack.evaluate import retrieval as run
    from avouch.stack.ingest import ingest
    from avouch.stack.stack import Stack

    with tempfile.TemporaryDirectory() as folder, Stack.create(Path(folder) / "home") as stack:
        bar = Bar(as_json)
        with bar.progress:
            ingest(stack, stack.owner, beir, Options(), bar)
        found = run(stack, stack.owner, beir)
    if as_json:
        return show_json(found)
    table = Table("search", "questions", "nDCG@10", "recall@100")
    for one in found:
        table.add_row(one.mode, str(one.questions), f"{one.ndcg_at_10:.4f}", f"{one.recall_at_100:.4f}")
    return out.print(table)
