"""`avouch siem run|status`."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from avouch.faces.cli.app import Json, app, opened, out, show_json

siem = typer.Typer(help="Security events for those who watch over the house.", no_args_is_help=True)
app.add_typer(siem, name="siem")


@siem.command()
def run(
    once: Annotated[bool, typer.Option("--once", help="Send what there is, then end; an error ends it too.")] = False,
) -> None:
    """Send the ledger's security events to the sink that the setting `siem` names, until told to end."""
    from avouch.stack.siem import Stream, open_sink

    logging.Formatter.converter = time.gmtime
    logging.basicConfig(stream=sys.stderr, format="%(asctime)sZ %(levelname)s %(name)s %(message)s")
    with opened() as stack:
        stream = Stream(stack, open_sink(stack))
        if once:
            count = stream.catch_up()
            stream.sink.close()
            return out.print(f"[green]✓[/] {count} entries → {escape(stream.sink.name)}", soft_wrap=True)
        over = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: over.set())
        stream.start()
        out.print(f"[green]✓[/] streaming to {escape(stream.sink.name)}", soft_wrap=True)
        over.wait()
        stream.stop()
    return out.print("ended")


@siem.command()
def status(as_json: Json = False) -> None:
    """Show how far each sink is."""
    from avouch.stack.siem import status as run_status

    with opened() as stack:
        places = run_status(stack)
    if as_json:
        return show_json(places)
    table = Table("sink", "up to entry", "entries behind")
    for place in places:
        table.add_row(escape(place.name), f"{place.seq:,}", f"{place.behind:,}")
    return out.print(table if places else "Nothing was sent yet.")
