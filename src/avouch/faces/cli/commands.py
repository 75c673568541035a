"""Every command, by the file that holds it."""

from importlib import import_module

FILES = (
    "access activity ask budgets compartments credentials documents emergencies evaluate home ingest keys ledger "
    "models policies principals prompts quarantine redteam retention serve siem vouchers"
).split()


def load() -> None:
    """Import the files; each registers its commands on the application."""
    for name in FILES:
        import_module(f"avouch.faces.cli.{name}")
