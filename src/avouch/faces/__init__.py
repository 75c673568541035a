"""Where people and programs meet the stack: thin, no rules."""
