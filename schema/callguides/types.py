"""Call guides: what agents ask, and what customers answered."""

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from domain.callguides.rules import Question


@strawberry.type(description="One answer to choose.")
class GuideChoice:
    text: str = strawberry.field(description="At most 500 characters.")
    next: str | None = strawberry.field(
        description="The id of the question that follows; null: the guide ends."
    )


@strawberry.type(description="A question of a call guide.")
class GuideQuestion:
    id: str = strawberry.field(description="Within the guide; at most 32 characters.")
    text: str = strawberry.field(description="What the agent asks; at most 500 characters.")
    answers: list[GuideChoice] = strawberry.field(
        description="To choose from, at most 20; empty: the agent types the answer."
    )
    next: str | None = strawberry.field(
        description="After a typed answer: the id of the question that follows; null: the guide "
        "ends."
    )

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "GuideQuestion":
        return cls(
            id=row["id"],
            text=row["text"],
            answers=[GuideChoice(text=each["text"], next=each["next"]) for each in row["answers"]],
            next=row["next"],
        )


@strawberry.type(description="What a customer answered.")
class GuideAnswer:
    question_id: str = strawberry.field(description="Of the question in the call guide.")
    question: str = strawberry.field(description="As it was asked.")
    answer: str = strawberry.field(description="The answer.")

    @classmethod
    def of(cls, row: Mapping[str, str]) -> "GuideAnswer":
        return cls(question_id=row["question_id"], question=row["question"], answer=row["answer"])


@strawberry.input(description="One answer to choose.")
class GuideChoiceInput:
    text: str = strawberry.field(description="At most 500 characters.")
    next: str | None = strawberry.field(
        description="The id of the question that follows; null: the guide ends.", default=None
    )


@strawberry.input(description="A question of a call guide.")
class GuideQuestionInput:
    id: str = strawberry.field(
        description="Within the guide: 1 to 32 letters, digits, dashes and underscores."
    )
    text: str = strawberry.field(description="What the agent asks; at most 500 characters.")
    answers: list[GuideChoiceInput] = strawberry.field(
        description="To choose from, at most 20; empty: the agent types the answer.",
        default_factory=list,
    )
    next: str | None = strawberry.field(
        description="After a typed answer: the id of the question that follows; null: the guide "
        "ends.",
        default=None,
    )


@strawberry.input(description="What a customer answered to a question of the call guide.")
class GuideAnswerInput:
    question_id: str = strawberry.field(description="The question.")
    answer: str = strawberry.field(
        description="One of the answers to choose, or what was said; at most 500 characters."
    )


def guide_of(inputs: Sequence[GuideQuestionInput]) -> list[Question]:
    """The guide as the use case takes it."""
    return [
        {
            "id": row.id,
            "text": row.text,
            "answers": [{"text": each.text, "next": each.next} for each in row.answers],
            "next": row.next,
        }
        for row in inputs
    ]
