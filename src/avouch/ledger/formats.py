"""The names of the ledger's file formats."""

BODY = "avouch/voucher-body/1"
ENVELOPE = "avouch/voucher/1"
EXPORT = "avouch/ledger/1"
