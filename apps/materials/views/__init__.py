"""Pages of the material store."""
