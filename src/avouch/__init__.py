"""Avouch: answers and decisions one can vouch for."""

__version__ = "0.1.0"
