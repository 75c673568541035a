"""What can be shown: vouchers, the ledger."""
