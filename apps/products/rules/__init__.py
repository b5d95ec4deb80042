"""Pure rules over numbers, units, limits and time. No Django, no clock, no files."""
