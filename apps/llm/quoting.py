"""
Where the model's quote stands in a pull request, and whether it can mean what it is quoted for.

The letters are always the pull request's own. Blanks, line breaks, emphasis and the shape of
quotation marks and dashes may differ, since models change them; invisible characters are passed
over, since they were not sent. Every pattern takes time in proportion to the text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from apps.llm import normalise
from apps.llm.prompts import MOST_COMMITS
from apps.llm.redacting import INVISIBLE, STAND_INS
from apps.llm.texts import PullRequestText

OCCURRENCES = 20  # of the same words that are looked at; among them may be one that denies
STAND_INS_IN_QUOTE = 3
PLAIN = str.maketrans("‘’‚‛“”„‟«»‐‑‒–—―−", '\'\'\'\'""""""-------')
WRAPPING = " \t\"'“”‘’«»…*_"
EMPHASIS = r"[*_]{0,3}"

AI_NAME = re.compile(
    r"(?<![a-z0-9])(?:a\.?i\.?|l\.?l\.?ms?|gpt[-\w.]*|ki|ia|genai|language[ -]models?)(?![a-z0-9])"
    r"|ии(?!\w)|нейросет|人工智能|人工知能|大模型|인공지능",
    re.IGNORECASE,
)
#: How words tie the AI to this change, in a language that we can judge: by it, using it, it wrote.
_NAME = (
    r"(?:a\.?i\b|l\.?l\.?ms?\b|gpt|ki\b|ia\b|genai\b|agents?\b|assistants?\b|language[ -]models?\b)"
)
_MADE = (
    r"(?:us(?:ed|ing)|utili[sz]ed|wr(?:ote|itten|ites?|iting)|made|buil[dt]|cod(?:e|ed|ing)"
    r"|help(?:s|ed)?|did|fix(?:ed|es)?|add(?:ed|s|ing)?|port(?:ed)?|pair(?:ed)?|for|supported)\b"
    r"|(?:generat|creat|draft|implement|assist|produc|author|develop|refactor|translat|complet"
    r"|suggest|scaffold|updat|aided"
    r"|generier|geschrieben|erstellt|escrit|redact|hecho|creado|scritt|feito|criado)"
)
TIES = re.compile(
    r"\b(?:by|with|w/|via|using|through|thanks to"
    r"|mit|durch|von|par|avec|con|por|per|com|da|met|door"
    r"|(?:help|courtesy|assistance|aid|support|use|output|work) (?:of|from))"
    rf"\W+(?:[\w'-]+\W+){{0,4}}{_NAME}"
    r"|\b(?:use|used|uses|using|utili[sz]ed|asked|let|had|prompted|paired)"
    rf"\W+(?:[\w'-]+\W+){{0,4}}{_NAME}"
    rf"|{_NAME}\W+(?:[\w.'-]+\W+){{0,6}}(?:{_MADE})",
    re.IGNORECASE,
)
_AI = (
    r"(?:a\.?i\b|llms?\b|gpt|ki\b|ia\b|ии\b|copilot|claude|chatgpt|cursor|codex|gemini"
    r"|language model)"
)
_NOT = (
    r"\b(?:no|not|without|never|zero|none|neither|nor|keine?[mnrs]?|nicht|ohne|sans|pas|aucune?"
    r"|sin|ning[uú]na?|nunca|sem|nenhuma?|não|senza|nessuna?|без|не)\b"
)
_NOTHING = r"(?:no|none|nothing|n/?a|nope|nil|keine|aucune|ninguna)\b(?!\s+\w)"
DENIAL = re.compile(
    rf"(?:{_NOT}|n['’]t\b)[^.!?]{{0,40}}{_AI}"
    rf"|{_AI}[\w \t]{{0,25}}[:=\s–—-]{{1,6}}{_NOTHING}"
    rf"|{_AI}[^.!?]{{0,25}}\b(?:was|were|is|are|has|have|did|do|does)(?:\s+not|\s+never|n['’]t)\b"
    r"|(?:没有?|沒有|未|不)\s*(?:使用|用|借助)|(?:使用|利用)して(?:い)?(?:ません|ない)|사용하지\s*않",
    re.IGNORECASE,
)
ASKED = re.compile(
    r"^\W*(?:if|when|whether|unless|should you|did you|have you|was any|were any|do you)\b"
    r"|\?\s*$|\b(?:whether|if (?:they|you|contributors?|any|the author))\b"
    rf"|\b(?:restrict|forbid|prohibit|disallow|ban)\w*\b[^.\n]{{0,20}}{_AI}|\bpolic(?:y|ies)\b"
    r"|\bwill (?:not )?be (?:closed|rejected|removed|banned)\b"
    r"|\b(?:must|should|please|shall|need to|required to)\b[^.\n]{0,30}"
    r"\b(?:disclos|declar|mention|indicat|stat(?:e|ing)\b|tick\b|label\b)",
    re.IGNORECASE,
)
ORDER = re.compile(
    r"\b(?:ignor|disregard|forget|overrid|bypass)\w*\b[^.\n]{0,60}"
    r"\b(?:instr|prompt|rules?\b|previous|above|prior|earlier|system|anweis)"
    r"|忽略|無視して|игнорир|\b(?:vergiss|oublie|olvida|esquece)\b"
    r"|\b(?:copy|quote|cite|cita|zitat|zitiere|quotation)\b[^.\n]{0,30}:|引用|процитир"
    r"|\byou (?:must|have to|should|need to|will|are now)\b"
    r"|(?:^|[\s>\"'{\[(])(?:system|assistant|developer|user|human|ai)\s*:\s*\S*[^\n]{0,20}"
    r"\b(?:output|answer|respond|reply|return|set|classif|mark|say|true|false|ignore|you)\b"
    r"|<\|?/?\s*(?:system|assistant|user|im_start|im_end|start|end|inst)\b|\[/?inst\]"
    r"|\b(?:ai_disclosed|is_ai_assisted|ai_class|kind_of_change|review_size)\b"
    r"|\b(?:output|answer|respond|reply|return|print|emit|classif\w+|set|mark|quote|copied|say)\b"
    r"[^.\n]{0,60}(?:\bjson\b|\btrue\b|\bfalse\b|\bclass\b|\bdisclosed?\b|\bquote\b"
    r"|\bconfidence\b|\bai[-_ ]assisted\b|\bverdict\b)"
    r"|[\"'](?:quote|tool|summary|confidence|risk)[\"']\s*:",
    re.IGNORECASE,
)
#: Words of a form's headings, which say nothing by themselves.
OF_A_FORM = re.compile(
    r"\b(?:disclos\w*|usage|use|assistance|declaration|statement|disclaimer|policy|tools?|section)\b",
    re.IGNORECASE,
)
ENDS_SENTENCE = re.compile(
    r"[.!?](?=\s)|[。！？]|\n\s*\n|\n(?=[ \t]*(?:[-*+#>]|\d{1,4}[.)]|\[|[A-Z][\w-]{2,30}:))"
)


@dataclass(frozen=True)
class Quote:
    """Words of a pull request where they stand, with the sentence around them."""

    place: str
    letters: str  #: the original's, from `start` to `end`
    start: int
    end: int
    words: str  #: the same as they can be read
    sentence: str


def find(text: PullRequestText, quote: str) -> Iterator[Quote]:
    """Yield the places at which these words stand in what the pull request itself says."""
    words = quote.translate(PLAIN).strip(WRAPPING).split()
    stand_ins = sum(any(stand_in in word for stand_in in STAND_INS) for word in words)
    if not words or stand_ins > min(STAND_INS_IN_QUOTE, len(words) - 1):
        return
    pattern = re.compile(r"\s+".join(f"{EMPHASIS}{_word(word)}{EMPHASIS}" for word in words))
    for place, original, said in _places(text):
        readable, offsets = _readable(said)
        for found in islice(pattern.finditer(readable), OCCURRENCES):
            start, end = offsets[found.start()], offsets[found.end() - 1] + 1
            sentence = _around(readable, found.start(), found.end())
            yield Quote(place, original[start:end], start, end, found[0], sentence)


def objection(quote: Quote, *, tools: Iterable[re.Pattern[str]]) -> str:
    """
    Why the words cannot be a disclosure; empty if they can.

    :param tools: names of tools, as which those in the words count.
    """
    if DENIAL.search(quote.sentence):
        return "denies"
    if ORDER.search(quote.sentence):
        return "is an order to its reader"
    if ASKED.search(quote.sentence):
        return "asks or rules, and does not tell"
    words = quote.words
    for name in tools:
        words = name.sub("AI", words)
    # Of other languages only those that need other letters are left to the model.
    if not (TIES.search(words) if words.isascii() else AI_NAME.search(words)):
        return "names no AI at work"
    rest = OF_A_FORM.sub("", AI_NAME.sub("", words))
    if sum(letter.isalpha() for letter in rest) < (2 if not rest.isascii() else 3):
        return "is too short to mean anything"
    return ""


def _word(word: str) -> str:
    if any(stand_in in word for stand_in in STAND_INS):
        return r"(?<!\S)\S++"
    return re.escape(word.strip("*_") or word)


def _places(text: PullRequestText) -> Iterator[tuple[str, str, str]]:
    """Name, letters and own words of each place; offsets into both are the same."""
    yield "title", text.title, _said(text.title)
    yield "body", text.body, _said(text.body, title=text.title)
    for position, commit in enumerate(text.commits[:MOST_COMMITS]):
        yield f"commit {position}", commit.message, _said(commit.message)


def _said(text: str, *, title: str = "") -> str:
    """Without the first line of a revert: it names what is taken back."""
    said = normalise.said(normalise.without_reverted(text, title=title))
    if normalise.REVERT.match(text):
        line = said.partition("\n")[0]
        return " " * len(line) + said[len(line) :]
    return said


def _readable(said: str) -> tuple[str, "range | list[int]"]:
    """The letters as they were sent, and where each stands in the original."""
    plain = said.translate(PLAIN)
    if not INVISIBLE.search(plain):
        return plain, range(len(plain))
    kept = [place for place, letter in enumerate(plain) if not INVISIBLE.match(letter)]
    return "".join(plain[place] for place in kept), kept


def _around(text: str, start: int, end: int, reach: int = 400) -> str:
    """The sentence, or the sentences, in which the words stand."""
    first, last = max(start - reach, 0), min(end + reach, len(text))
    part = text[first:last]
    ends = [found.end() for found in ENDS_SENTENCE.finditer(part)]
    # A quote often ends with its sentence's full stop.
    before = [place for place in ends if place <= start - first]
    after = bisect_right(ends, end - first - 1)
    return part[before[-1] if before else 0 : ends[after] if after < len(ends) else len(part)]
