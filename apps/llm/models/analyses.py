"""What was found about AI in each pull request, by which rule or model, and on what evidence."""

from django.db import models
from model_utils.models import TimeStampedModel

from apps.github.models import PullRequest
from apps.teams.models import Team


class PullRequestAnalysis(TimeStampedModel):
    """
    The present verdict on one pull request; derived from its evidence and its model answer.

    Classes as in `guide/metrics.md` §2.3: A and B count as AI-assisted, C is shown apart, and U is
    never folded into D.
    """

    class AiClass(models.TextChoices):
        AGENT = "A", "Agent-authored"
        DECLARED = "B", "Declared"
        SUSPECTED = "C", "Suspected"
        NO_SIGN = "D", "No sign found"
        UNDECIDED = "U", "Undecided"

    class LlmState(models.TextChoices):
        PENDING = "pending", "Not analysed yet"
        DONE = "done", "Analysed"
        UNDECIDED = "undecided", "The model gave no usable answer"
        OFF = "off", "The model is switched off"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="analyses")
    pull_request = models.OneToOneField(
        PullRequest, on_delete=models.CASCADE, related_name="analysis"
    )
    ai_class = models.CharField(max_length=1, choices=AiClass.choices, default=AiClass.UNDECIDED)
    tools = models.JSONField(default=list)  # names of apps.llm.markers, sorted
    markers_version = models.CharField(max_length=20)
    marked_fetched_at = models.DateTimeField(null=True)  # the pull request's, when it was read
    all_read = models.BooleanField(default=True)  # GitHub has told all its commits and labels
    input_hash = models.CharField(max_length=64)  # of what the markers and the model read
    is_corrected = models.BooleanField(
        default=False, db_default=False
    )  # a person has said otherwise
    llm_state = models.CharField(max_length=10, choices=LlmState.choices, default=LlmState.PENDING)
    llm_attempts = models.PositiveSmallIntegerField(default=0)
    llm_reason = models.TextField(blank=True, default="")  # why undecided; a sentence
    kind_of_change = models.CharField(max_length=20, blank=True, default="")
    llm_model = models.CharField(max_length=60, blank=True, default="", db_default="")
    llm_prompt_version = models.CharField(max_length=20, blank=True, default="", db_default="")
    llm_answered_at = models.DateTimeField(null=True, blank=True)
    # How often a person has asked for the model to read it again: part of its answers' key.
    reruns = models.PositiveSmallIntegerField(default=0, db_default=0)
    summary = models.TextField(blank=True, default="")  # one line
    description = models.TextField(blank=True, default="", db_default="")  # two sentences
    risk = models.CharField(max_length=10, blank=True, default="")  # low, medium, high
    review_size = models.CharField(max_length=10, blank=True, default="")  # small, medium, large
    # The model has read only a part of its texts: they are longer than what is sent.
    is_cut = models.BooleanField(default=False, db_default=False)
    hidden_characters = models.PositiveIntegerField(default=0)  # invisible ones in its texts

    class Meta:
        verbose_name_plural = "pull request analyses"
        indexes = (models.Index(fields=["team", "llm_state"]),)

    def __str__(self) -> str:
        return f"{self.pull_request_id}: {self.ai_class}"

    @property
    def is_ai_assisted(self) -> bool:
        """Classes A and B, the headline's."""
        return self.ai_class in (self.AiClass.AGENT, self.AiClass.DECLARED)


class Evidence(models.Model):
    """One mark that a sceptic can check: where it stands and what it says, letter by letter."""

    analysis = models.ForeignKey(
        PullRequestAnalysis, on_delete=models.CASCADE, related_name="evidence"
    )
    kind = models.CharField(max_length=20)  # account, trailer, branch, box, quote, …
    place = models.CharField(max_length=40)  # title, body, branch, label, author, commit <position>
    tool = models.CharField(max_length=40)
    quote = models.TextField()
    start = models.PositiveIntegerField(default=0)  # offsets of the quote in the place's text
    end = models.PositiveIntegerField(default=0)
    strength = models.CharField(max_length=10)  # agent, declared, weak, suspected

    def __str__(self) -> str:
        return f"{self.tool} by {self.kind} in {self.place}"


class PastVerdict(models.Model):
    """What was said of a pull request before: by which rules, and by which model."""

    analysis = models.ForeignKey(
        PullRequestAnalysis, on_delete=models.CASCADE, related_name="past_verdicts"
    )
    ai_class = models.CharField(max_length=1, choices=PullRequestAnalysis.AiClass.choices)
    tools = models.JSONField(default=list)
    markers_version = models.CharField(max_length=20)
    llm_model = models.CharField(max_length=60, blank=True, default="")
    llm_prompt_version = models.CharField(max_length=20, blank=True, default="")
    is_corrected = models.BooleanField(default=False)
    until = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-until", "-pk")

    def __str__(self) -> str:
        return f"{self.analysis_id}: {self.ai_class} by {self.markers_version}"
