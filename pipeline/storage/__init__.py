"""Files that may lie on this disk or in a store of objects."""
