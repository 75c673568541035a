"""`avouch serve`."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from avouch.faces.cli.app import app, opened, out


@app.command()
def serve(
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="0: any that is free.")] = 8420,
    cert: Annotated[Path | None, typer.Option("--cert", help="The certificate chain (PEM).")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Its private key (PEM).")] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure-plain-http", help="Serve others without TLS, behind a proxy that has it.")
    ] = False,
) -> None:
    """Serve the home over HTTP until told to end; requests that run are finished."""
    from avouch.faces.http.server import Place
    from avouch.faces.http.server import serve as run

    place = Place(host, port, cert, key, insecure)
    place.check()
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(stream=sys.stderr, format="%(asctime)sZ %(levelname)s %(name)s %(message)s")
    logging.getLogger("avouch").setLevel(logging.INFO)
    with opened() as stack:
        run(stack, place, lambda url: out.print(f"[green]✓[/] serving {stack.id} on [bold]{url}[/]", soft_wrap=True))
    out.print("ended")
