"""Rules of the batch record: pure."""
