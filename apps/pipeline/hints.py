"""Telling the broker something that would happen anyway, only later."""

import logging
from typing import Any

from celery import Task

logger = logging.getLogger(__name__)


def hint(task: Task, **options: Any) -> bool:
    """
    Send a message whose loss costs nothing but time; False if the broker did not take it.

    The truth is in rows, and something looks at them again. So whatever the broker's client raises
    (refused, timed out, out of memory) is logged, never raised.
    """
    try:
        task.apply_async(**options)
    except Exception as exc:  # noqa: BLE001 - any failure of any transport means the same
        logger.warning("%s was not sent: %r", task.name, exc)
        return False
    return True
