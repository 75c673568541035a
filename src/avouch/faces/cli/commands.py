"""Every command, by the file that holds it."""


def load() -> None:
    """Import the files; each registers its commands on the application."""
    from avouch.faces.cli import ask, documents, evaluate, home, ingest, keys, ledger, principals, vouchers

    _ = (ask, documents, evaluate, home, ingest, keys, ledger, principals, vouchers)
