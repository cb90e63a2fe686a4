"""Tables of the reading room."""

from apps.llm.models.analyses import Evidence, PastVerdict, PullRequestAnalysis
from apps.llm.models.answers import LlmAnswer, LlmBatch, LlmBatchLine
from apps.llm.models.corrections import Correction
from apps.llm.models.use import LlmUse

__all__ = [
    "Correction",
    "Evidence",
    "LlmAnswer",
    "LlmBatch",
    "LlmBatchLine",
    "LlmUse",
    "PastVerdict",
    "PullRequestAnalysis",
]
