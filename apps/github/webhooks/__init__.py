"""What GitHub tells without being asked."""
