"""How GitHub is asked, and what it answers. Knows no rows."""
