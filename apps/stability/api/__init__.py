"""Stability for programs."""
