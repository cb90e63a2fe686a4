"""One module for each kind of message: an occasion in, what is said about it out."""
