"""The words of the batch record, and the frozen facts that rules and pages look at."""
