"""Complaints and adverse events for programs."""
