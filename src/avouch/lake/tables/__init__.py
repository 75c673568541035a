"""The tables of the state database, by noun."""
