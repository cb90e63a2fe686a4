"""The few REST routes that a connection needs; everything that is read comes by GraphQL."""
