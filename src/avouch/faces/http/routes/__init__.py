"""The routes, one noun per file; each declares the act that it is."""

from __future__ import annotations

from avouch.faces.http.door import Doors


def every() -> list[Doors]:
    """The routes of every file, and of the doors that other clients know."""
    from avouch.faces.http import openai
    from avouch.faces.http.routes import (
        access,
        ask,
        budgets,
        documents,
        health,
        ledger,
        metrics,
        models,
        operations,
        policies,
        principals,
        prompts,
        quarantine,
        redteam,
        retention,
        running,
        signin,
        sources,
        vouchers,
    )
    from avouch.faces.mcp import door as mcp

    files = (
        ask,
        documents,
        sources,
        vouchers,
        ledger,
        principals,
        access,
        policies,
        models,
        prompts,
        budgets,
        redteam,
        quarantine,
        retention,
        operations,
        running,
        signin,
        metrics,
    )
    return [*(file.doors for file in files), health.doors, health.outside, *openai.every(), mcp.doors]
