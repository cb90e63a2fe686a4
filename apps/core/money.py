"""US dollars, counted in whole nano-dollars so that sums are exact, and said in words."""

from decimal import Decimal

NANO = 10**9  # nano-dollars in a dollar


def in_words(nano_usd: int) -> str:
    """Money that was spent: to a hundredth of a cent, and to a cent from a dollar on."""
    if not nano_usd:
        return "$0"
    if nano_usd < NANO // 10_000:
        return "less than $0.0001"
    digits = 2 if nano_usd >= NANO else 4
    return f"${Decimal(nano_usd) / NANO:,.{digits}f}"


def budget_in_words(nano_usd: int) -> str:
    """Money that may be spent: cents, as teams set it; an installation may allow less than one."""
    if nano_usd % (NANO // 100):
        return in_words(nano_usd)
    return f"${Decimal(nano_usd) / NANO:,.2f}"
