"""One module per place (local, the default; test; production), which share `base` and its nouns."""
