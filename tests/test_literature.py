"""What the literature says is whole, and games refer only to what is there."""

from pathlib import Path

import pytest

from negotiation import catalogue
from negotiation.errors import InvalidGameError
from negotiation.literature import literature, read_literature

CASES = "cases:\n  tanners:\n    name: Tanners\n    place: A valley\n    sector: leather\n    statement: They paid.\n    sources: [Somebody 1999]\n"
PREDICTION = "predictions:\n  dues_fail:\n    statement: Dues fail.\n    theme: Plants\n    set: core\n    grades: [observed]\n    sources: [Somebody 1999]\n"


def write(folder: Path, cases: str = CASES, predictions: str = PREDICTION) -> Path:
    (folder / "cases.yaml").write_text(cases)
    (folder / "predictions.yaml").write_text(predictions)
    return folder


def test_the_literature_is_no_game() -> None:
    assert not {"cases", "predictions"} & set(catalogue.names())


def test_every_entry_is_told_as_a_sentence_with_its_studies() -> None:
    read = literature()
    for entry in (*read.predictions.values(), *read.cases.values()):
        assert entry.statement.endswith("."), entry.slug
        assert all(len(source) < 120 for source in entry.sources), entry.slug
    assert {prediction.importance for prediction in read.predictions.values()} == {"core", "secondary"}


@pytest.mark.parametrize("name", catalogue.names())
def test_a_game_refers_only_to_cases_and_predictions_that_there_are(name: str) -> None:
    definition, read = catalogue.load(name), literature()
    assert {scenario.case for scenario in definition.scenarios.values() if scenario.case} <= read.cases.keys()
    assert {expected.predicts for expected in definition.expected if expected.predicts} <= read.predictions.keys()


def test_optional_fields_are_read(tmp_path: Path) -> None:
    read = read_literature(write(tmp_path, CASES + "    left_out: No game yet.\n", PREDICTION + "    cases: [tanners]\n"))
    assert read.cases["tanners"].left_out == "No game yet."
    assert read.predictions["dues_fail"].cases == ("tanners",)


@pytest.mark.parametrize(
    ("cases", "predictions", "said"),
    [
        (CASES.replace("    place: A valley\n", ""), PREDICTION, "cases.tanners.place, line 2: expected a text"),
        (CASES, PREDICTION.replace("core", "cor"), "predictions.dues_fail.set, line 5: unknown value 'cor'; did you mean 'core'?"),
        (CASES, PREDICTION + "    cases: [tanner]\n", "predictions.dues_fail.cases.0, line 8: unknown value 'tanner'; did you mean 'tanners'?"),
        (CASES, PREDICTION.replace("theme", "them"), "predictions.dues_fail.them, line 4: unknown field; did you mean 'theme'?"),
        (CASES, PREDICTION.replace("[observed]", "observed"), "predictions.dues_fail.grades, line 6: expected a list of texts"),
        (CASES.replace("tanners:", "Tanners:"), PREDICTION, "cases.Tanners, line 2: cannot be a name"),
        ("nothing: 1\n", PREDICTION, "cases, line 1: the file has no such group"),
        (CASES + "  other: 3\n", PREDICTION, "cases.other.name, line 8: expected a text"),
    ],
)
def test_a_mistake_says_where_it_is_and_what_to_do(tmp_path: Path, cases: str, predictions: str, said: str) -> None:
    with pytest.raises(InvalidGameError) as caught:
        read_literature(write(tmp_path, cases, predictions))
    assert said in str(caught.value)
