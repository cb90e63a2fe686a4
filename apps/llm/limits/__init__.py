"""Groq's limits for one key and one model, kept by all processes together."""
