"""A team's ways to GitHub: a token, a sign-in, an App."""
