"""The operations of disposal: destruction, and the waste on its way to the carrier."""
