"""Measurements and trials of the pipeline by real processes, on servers that are thrown away."""
