"""Lots and their stock for programs."""
