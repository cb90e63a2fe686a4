"""What a person is called by others of the team."""

from apps.accounts.models import User


def name_of(user: User) -> str:
    return user.get_full_name() or user.get_username()
