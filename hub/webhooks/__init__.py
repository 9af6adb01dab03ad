"""Telling other systems what has happened: queued in the transaction that does it, sent afterwards, signed."""
