"""Redteam: attacks on the whole stack, and the exact judgement of what came out."""
