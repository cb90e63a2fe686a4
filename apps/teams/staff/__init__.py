"""Staff in the admin: whose rows a page shows, and the reason without which none of them opens."""
