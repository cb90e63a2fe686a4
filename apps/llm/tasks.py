"""The room's doors for the pipeline: what runs in `llm_processing` and `background_llm`."""

from apps.llm import analyse
from apps.pipeline.claims import Claim
from apps.pipeline.tasking import step_task


@step_task
def analyse_recent(claim: Claim) -> None:
    """Marks for all pull requests, the model for the newest, until the step's time is up."""
    analyse.analyse_recent(claim)


@step_task
def analyse_older(claim: Claim) -> None:
    """The rest, in the background."""
    analyse.analyse_older(claim)
