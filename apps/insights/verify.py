"""Whether a paragraph says only what it was told: plain prose, and no number of its own."""

import re

SHORTEST, LONGEST = 40, 800  # characters of a paragraph
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
MARKUP = re.compile(r"[<>\[\]{}`*#|\\]|https?:|www\.", re.IGNORECASE)
#: Numbers that a model may write as words. "One" is left out: it is a pronoun more often.
WORDS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
}
#: Arithmetic in words: whatever it says was computed by the model.
VAGUE = re.compile(
    r"\b(half|halves|third|thirds|quarters?|twice|thrice|doubled?|tripled?|dozens?|hundreds?"
    r"|thousands?|majority|minority|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b",
    re.IGNORECASE,
)


def says_only(paragraph: str, facts: str) -> bool:
    """
    Whether every number of the paragraph stands in the facts, and it is plain prose of some length.

    Words of arithmetic ("twice", "a majority") count as numbers and pass only where the facts use
    them. It does not see a number put to the wrong noun: that is why the text is marked as written
    by a model, beside the numbers themselves.
    """
    if not SHORTEST <= len(paragraph) <= LONGEST or MARKUP.search(paragraph):
        return False
    vague = {word.lower() for word in VAGUE.findall(paragraph)}
    known = {word.lower() for word in VAGUE.findall(facts)}
    return vague <= known and numbers_in(paragraph) <= numbers_in(facts)


def numbers_in(text: str) -> set[float]:
    """Every number of a text, in digits or as a word from two to twelve."""
    digits = {float(number.replace(",", "")) for number in NUMBER.findall(text)}
    words = {WORDS[word] for word in re.findall(r"[a-z]+", text.lower()) if word in WORDS}
    return digits | words
