"""Reads for inspectors: search of the trail, the chain of a record, the five hops of a value, exports."""
