"""From passages to claims: quote, check, abstain."""
