"""What is decided over one whole batch: it is played once for all of these tests."""
