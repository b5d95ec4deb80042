"""Units, labels and containers for programs."""
