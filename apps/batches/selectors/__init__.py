"""Every read of the batch record."""
