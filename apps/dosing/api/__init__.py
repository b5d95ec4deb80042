"""Treatments for programs."""
