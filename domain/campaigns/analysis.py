"""How call-progress analysis is tuned for a campaign, and the limits of each figure. Pure."""

from typing import Any, TypedDict

from domain.core.problems import Problems

# Field of the port's Analysis -> (public name, lowest, highest).
LIMITS: dict[str, tuple[str, float, float]] = {
    "initial_silence_s": ("initialSilenceSeconds", 0.5, 10),
    "greeting_s": ("greetingSeconds", 0.3, 10),
    "after_greeting_silence_s": ("afterGreetingSilenceSeconds", 0.2, 5),
    "total_s": ("totalSeconds", 1, 15),
    "minimum_word_s": ("minimumWordSeconds", 0.02, 1),
    "between_words_silence_s": ("betweenWordsSilenceSeconds", 0.01, 1),
    "maximum_words": ("maximumWords", 1, 20),
    "silence_threshold": ("silenceThreshold", 1, 32767),
}


class AnalysisSetting(TypedDict, total=False):
    """Figures of the analysis; what is left out has the switch's usual value."""

    initial_silence_s: float
    greeting_s: float
    after_greeting_silence_s: float
    total_s: float
    minimum_word_s: float
    between_words_silence_s: float
    maximum_words: int
    silence_threshold: int
    detect_fax: bool
    record: bool


def checked_analysis(where: str, setting: AnalysisSetting, problems: Problems) -> dict[str, Any]:
    """The column to write; what is wrong is added to the problems."""
    values: dict[str, Any] = dict(setting)
    for field, (public, low, high) in LIMITS.items():
        if field in values:
            problems.between(f"{where}.{public}", values[field], low, high)
    return values
