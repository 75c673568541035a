"""Conformance suites: what an implementation of a port must pass. Shipped, so that strangers can run them.

Subclass a suite in a test module and give it the fixtures that it names.
"""
