"""One module per place: local (the default), test, production."""
