"""What a connection reaches, and what of it is to be read."""
