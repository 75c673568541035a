"""Language models: declared, tried, paid for, attacked."""
