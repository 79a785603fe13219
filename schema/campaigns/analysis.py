"""Call-progress analysis: telling people from machines."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec
import strawberry
from strawberry import UNSET

from domain.campaigns.analysis import AnalysisSetting
from domain.telephony.port import Analysis
from schema.inputs import given, renamed

_NAMES = {
    "initial_silence_seconds": "initial_silence_s",
    "greeting_seconds": "greeting_s",
    "after_greeting_silence_seconds": "after_greeting_silence_s",
    "total_seconds": "total_s",
    "minimum_word_seconds": "minimum_word_s",
    "between_words_silence_seconds": "between_words_silence_s",
}


@strawberry.type(description="How people are told from machines after the answer.")
class AnalysisSettings:
    initial_silence_seconds: float = strawberry.field(
        description="Silence after the answer that tells a machine."
    )
    greeting_seconds: float = strawberry.field(
        description="A greeting that is longer, without a pause, is a machine's."
    )
    after_greeting_silence_seconds: float = strawberry.field(
        description="Silence after a greeting that tells a person."
    )
    total_seconds: float = strawberry.field(
        description="Undecided after it: an agent gets the call."
    )
    minimum_word_seconds: float = strawberry.field(description="What is shorter is no word.")
    between_words_silence_seconds: float = strawberry.field(description="Silence that ends a word.")
    maximum_words: int = strawberry.field(description="More words at once are a machine's.")
    silence_threshold: int = strawberry.field(
        description="What is quieter is silence; of 32767, the loudest."
    )
    detect_fax: bool = strawberry.field(description="Whether to listen for fax machines.")
    record: bool = strawberry.field(description="Whether the analysis phase is recorded.")

    @classmethod
    def of_setting(cls, setting: Mapping[str, Any]) -> "AnalysisSettings":
        made = msgspec.convert(setting, Analysis)
        return cls(
            initial_silence_seconds=made.initial_silence_s,
            greeting_seconds=made.greeting_s,
            after_greeting_silence_seconds=made.after_greeting_silence_s,
            total_seconds=made.total_s,
            minimum_word_seconds=made.minimum_word_s,
            between_words_silence_seconds=made.between_words_silence_s,
            maximum_words=made.maximum_words,
            silence_threshold=made.silence_threshold,
            detect_fax=made.detect_fax,
            record=made.record,
        )


@strawberry.input(
    description="How people are told from machines after the answer; what is left out has its "
    "usual value."
)
class AnalysisSettingsInput:
    initial_silence_seconds: float | None = strawberry.field(
        description="Silence after the answer that tells a machine, 0.5 to 10; 2.5 if left out.",
        default=UNSET,
    )
    greeting_seconds: float | None = strawberry.field(
        description="A longer greeting is a machine's, 0.3 to 10; 1.5 if left out.", default=UNSET
    )
    after_greeting_silence_seconds: float | None = strawberry.field(
        description="Silence after a greeting that tells a person, 0.2 to 5; 0.8 if left out.",
        default=UNSET,
    )
    total_seconds: float | None = strawberry.field(
        description="Undecided after it: an agent gets the call, 1 to 15; 5 if left out.",
        default=UNSET,
    )
    minimum_word_seconds: float | None = strawberry.field(
        description="What is shorter is no word, 0.02 to 1; 0.1 if left out.", default=UNSET
    )
    between_words_silence_seconds: float | None = strawberry.field(
        description="Silence that ends a word, 0.01 to 1; 0.05 if left out.", default=UNSET
    )
    maximum_words: int | None = strawberry.field(
        description="More words at once are a machine's, 1 to 20; 3 if left out.", default=UNSET
    )
    silence_threshold: int | None = strawberry.field(
        description="What is quieter is silence, 1 to 32767; 256 if left out.", default=UNSET
    )
    detect_fax: bool | None = strawberry.field(
        description="Whether to listen for fax machines; true if left out.", default=UNSET
    )
    record: bool | None = strawberry.field(
        description="Whether to record the analysis phase; false if left out.", default=UNSET
    )


def setting_of(input: AnalysisSettingsInput, *, path: str) -> AnalysisSetting:
    """What was given, as the domain has it. `path`: of the input, for what is wrong."""
    return cast(AnalysisSetting, renamed(given(input, inside=path), _NAMES))
