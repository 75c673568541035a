"""Every command, by the file that holds it."""


def load() -> None:
    """Import the files; each registers its commands on the application."""
    from avouch.faces.cli import ask, compartments, documents, evaluate, home, ingest, keys, ledger, principals, vouchers

    _ = (ask, compartments, documents, evaluate, home, ingest, keys, ledger, principals, vouchers)
