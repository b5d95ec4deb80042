"""Shipments for programs. Signed verbs come in pairs: `challenges/` shows, the verb signs."""
