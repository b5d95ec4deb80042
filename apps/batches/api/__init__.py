"""The batch record for programs: one class per address."""
