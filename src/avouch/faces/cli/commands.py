"""Every command, by the file that holds it."""


def load() -> None:
    """Import the files; each registers its commands on the application."""
    from avouch.faces.cli import (
        access,
        ask,
        budgets,
        compartments,
        credentials,
        documents,
        emergencies,
        evaluate,
        home,
        ingest,
        keys,
        ledger,
        models,
        policies,
        principals,
        prompts,
        quarantine,
        redteam,
        retention,
        serve,
        siem,
        vouchers,
    )

    _ = (
        access,
        ask,
        budgets,
        compartments,
        credentials,
        documents,
        emergencies,
        evaluate,
        home,
        ingest,
        keys,
        ledger,
        models,
        policies,
        principals,
        prompts,
        quarantine,
        redteam,
        retention,
        serve,
        siem,
        vouchers,
    )
