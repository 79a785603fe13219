"""What makes a call guide, and an answer to it, right."""

import pytest

from domain.callguides.rules import Choice, Question, checked_answers, checked_guide
from domain.core.problems import Problems


def a_question(id: str, *ways: str | None, next: str | None = None) -> Question:
    answers: list[Choice] = [{"text": f"Way {n}", "next": way} for n, way in enumerate(ways)]
    return {"id": id, "text": f"What of {id}?", "answers": answers, "next": next}


def paths_of(*questions: Question) -> dict[str, str]:
    problems = Problems()
    checked_guide("callGuide", questions, problems)
    return {problem.path: problem.message for problem in problems.found}


def test_a_guide_may_branch_join_and_come_back() -> None:
    guide = [
        a_question("start", "happy", "unhappy", None),
        a_question("happy", "start", "end"),
        a_question("unhappy", next="end"),
        a_question("end"),
    ]

    problems = Problems()
    stored = checked_guide("callGuide", guide, problems)

    assert problems.found == []
    assert [question["id"] for question in stored] == ["start", "happy", "unhappy", "end"]
    assert stored[2] == {
        "id": "unhappy",
        "text": "What of unhappy?",
        "answers": [],
        "next": "end",
    }


def test_no_guide_is_a_guide() -> None:
    assert paths_of() == {}


def test_a_way_to_nowhere_is_named() -> None:
    assert paths_of(a_question("start", None, "gone")) == {
        "callGuide.0.answers.1.next": "there is no question 'gone'"
    }
    assert paths_of(a_question("start", next="gone")) == {
        "callGuide.0.next": "there is no question 'gone'"
    }


def test_questions_that_nobody_comes_to_are_named() -> None:
    found = paths_of(
        a_question("start", "end"),
        a_question("island", "reef"),
        a_question("reef", "island"),
        a_question("end"),
    )

    assert found == {
        "callGuide.1": "question 'island' can't be reached from the first one",
        "callGuide.2": "question 'reef' can't be reached from the first one",
    }


@pytest.mark.parametrize(
    ("question", "path"),
    [
        (a_question("not an id"), "callGuide.0.id"),
        ({"id": "a", "text": " "}, "callGuide.0.text"),
        ({"id": "a", "text": "x" * 501}, "callGuide.0.text"),
        (a_question("a", *[None] * 21), "callGuide.0.answers"),
        (a_question("a", None, next="a"), "callGuide.0.next"),
        (
            {"id": "a", "text": "?", "answers": [{"text": "Yes", "next": None}] * 2},
            "callGuide.0.answers",
        ),
    ],
)
def test_what_is_wrong_with_a_question_is_told_with_its_place(
    question: Question, path: str
) -> None:
    assert set(paths_of(question)) == {path}


def test_ids_do_not_repeat_and_a_guide_has_an_end() -> None:
    assert paths_of(a_question("a"), a_question("a")) == {"callGuide": "must not repeat an id"}
    many = [a_question(f"q{n}", next=f"q{n + 1}") for n in range(100)] + [a_question("q100")]
    assert paths_of(*many) == {"callGuide": "must be at most 100"}


def test_answers_are_kept_with_the_words_of_the_question() -> None:
    guide = checked_guide("callGuide", [a_question("a", None), a_question("b")], Problems())
    problems = Problems()

    kept = checked_answers(guide, [("a", "Way 0"), ("b", " Anything ")], problems)

    assert problems.found == []
    assert kept == [
        {"question_id": "a", "question": "What of a?", "answer": "Way 0"},
        {"question_id": "b", "question": "What of b?", "answer": "Anything"},
    ]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ([("c", "Yes")], "answers.0.questionId"),
        ([("a", "Another way")], "answers.0.answer"),
        ([("b", "")], "answers.0.answer"),
        ([("b", "Yes"), ("b", "No")], "answers"),
    ],
)
def test_answers_that_do_not_fit_the_guide_are_refused(
    given: list[tuple[str, str]], path: str
) -> None:
    guide = checked_guide("callGuide", [a_question("a", None), a_question("b")], Problems())
    problems = Problems()

    checked_answers(guide, given, problems)

    assert [problem.path for problem in problems.found] == [path]
