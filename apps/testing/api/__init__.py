"""The laboratory for programs."""
