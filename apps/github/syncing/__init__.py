"""From GitHub into rows."""
