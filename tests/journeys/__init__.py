"""Whole stories, played through every edge."""
