"""When messages are due that no import is the reason for."""

from config.settings.environment import env

# From this hour on of a Monday, by the team's own clock.
WEEKLY_HOUR = env.int("WEEKLY_HOUR", default=8)
