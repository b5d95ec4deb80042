"""What people do to a batch: one module per family of verbs."""
