"""Call guides: questions that an agent asks, one after the other, by what was answered. Pure.

A guide is a list of questions; the first one begins. Each answer, or the question itself for
answers that are typed in, names the next question; where none is named the guide ends.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from domain.core.problems import Problems

MOST_QUESTIONS = 100
MOST_ANSWERS = 20  # to choose from
LONGEST_QUESTION = 500
LONGEST_ANSWER = 500
LONGEST_ID = 32
_ID = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST_ID}}}")


class Choice(TypedDict):
    """One answer to choose, and the question that follows; None: the guide ends."""

    text: str
    next: str | None


class Question(TypedDict):
    """A question. Without choices the agent types the answer, and `next` follows."""

    id: str
    text: str
    answers: NotRequired[list[Choice]]
    next: NotRequired[str | None]


def checked_guide(
    where: str, questions: Sequence[Question], problems: Problems
) -> list[dict[str, Any]]:
    """The guide as it is stored; what is wrong is added to the problems."""
    problems.unless(len(questions) <= MOST_QUESTIONS, where, f"must be at most {MOST_QUESTIONS}")
    checked = []
    for index, question in enumerate(questions):
        path = f"{where}.{index}"
        problems.unless(
            _ID.fullmatch(question["id"]) is not None,
            f"{path}.id",
            "must be 1 to 32 letters, digits, - and _",
        )
        choices = question.get("answers", [])
        problems.unless(
            len(choices) <= MOST_ANSWERS, f"{path}.answers", f"must be at most {MOST_ANSWERS}"
        )
        texts = [
            problems.text(f"{path}.answers.{n}.text", choice["text"], longest=LONGEST_ANSWER)
            for n, choice in enumerate(choices)
        ]
        problems.unless(
            len(set(texts)) == len(texts), f"{path}.answers", "must not repeat an answer"
        )
        problems.unless(
            not choices or question.get("next") is None,
            f"{path}.next",
            "is for answers that are typed in; each answer to choose names its own",
        )
        checked.append(
            {
                "id": question["id"],
                "text": problems.text(f"{path}.text", question["text"], longest=LONGEST_QUESTION),
                "answers": [
                    {"text": text, "next": choice["next"]}
                    for text, choice in zip(texts, choices, strict=True)
                ],
                "next": question.get("next"),
            }
        )
    _check_ways(where, checked, problems)
    return checked


def _check_ways(where: str, questions: list[dict[str, Any]], problems: Problems) -> None:
    ids = [question["id"] for question in questions]
    problems.unless(len(set(ids)) == len(ids), where, "must not repeat an id")
    for index, question in enumerate(questions):
        for path, following in _ways(question):
            problems.unless(
                following in ids,
                f"{where}.{index}.{path}",
                f"there is no question {following[:LONGEST_ID]!r}",
            )
    reached = _reached(questions)
    for index, id in enumerate(ids):
        problems.unless(
            id in reached,
            f"{where}.{index}",
            f"question {id!r} can't be reached from the first one",
        )


def _ways(question: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where each way out of a question leads, with its place."""
    ways = [(f"answers.{n}.next", choice["next"]) for n, choice in enumerate(question["answers"])]
    return [(path, id) for path, id in [*ways, ("next", question["next"])] if id is not None]


def _reached(questions: Sequence[Mapping[str, Any]]) -> set[str]:
    by_id = {question["id"]: question for question in questions}
    reached: set[str] = set()
    open_ = [questions[0]["id"]] if questions else []
    while open_:
        id = open_.pop()
        if id in by_id and id not in reached:
            reached.add(id)
            open_ += [following for _, following in _ways(by_id[id])]
    return reached


def checked_answers(
    guide: Sequence[Mapping[str, Any]], given: Sequence[tuple[str, str]], problems: Problems
) -> list[dict[str, str]]:
    """What was answered to which questions, as it is stored. `given`: question ids, answers.

    The words of the question are kept, too: the guide may change.
    """
    by_id = {question["id"]: question for question in guide}
    problems.unless(len(given) <= MOST_QUESTIONS, "answers", f"must be at most {MOST_QUESTIONS}")
    ids = [id for id, _ in given]
    problems.unless(len(set(ids)) == len(ids), "answers", "must not answer a question twice")
    checked = []
    for index, (id, answer) in enumerate(given):
        path = f"answers.{index}"
        text = problems.text(f"{path}.answer", answer, longest=LONGEST_ANSWER)
        question = by_id.get(id)
        if question is None:
            problems.add(
                f"{path}.questionId", f"there is no question {id[:LONGEST_ID]!r} in the call guide"
            )
            continue
        choices = [choice["text"] for choice in question["answers"]]
        problems.unless(
            not choices or text in choices, f"{path}.answer", "is none of the answers to choose"
        )
        checked.append({"question_id": id, "question": question["text"], "answer": text})
    return checked
