"""Blinded lots and codes for programs."""
