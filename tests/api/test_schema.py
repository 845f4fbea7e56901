"""Whatever is sent, the server answers as its OpenAPI document says, and never with a mistake of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import Phase as Step
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks

from api.app import create_app
from api.settings import ServerSettings

from .test_workshops import Evening

EXAMPLES = 5
"""Of each operation, on each database."""
DOCUMENT = Path(__file__).parents[1] / "data" / "openapi.json"
load_all_checks()
LEFT_OUT = ("positive_data_acceptance", "ignored_auth", "unsupported_method", "use_after_free", "ensure_resource_availability")
"""Checks that ask for more than a document can say: whether a phase, a seat or a game allows a request."""
CHECKED = [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT]


def document() -> dict[str, Any]:
    app = create_app(ServerSettings("sqlite://", workers=1))
    return json.loads(json.dumps(app.openapi(), sort_keys=True))  # type: ignore[no-any-return]


SCHEMA = schemathesis.openapi.from_dict(document())
OPERATIONS = {operation.label: operation for operation in (result.ok() for result in SCHEMA.get_all_operations())}


def test_the_document_is_the_one_that_was_agreed_on() -> None:
    """What programs rely on does not change unseen.

    Where a change is meant: ``python -m tests.api.test_schema`` writes the document anew, and the difference belongs into the commit.
    """
    assert document() == json.loads(DOCUMENT.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def evening(database: Callable[[], str]) -> Iterator[tuple[Evening, dict[str, str]]]:
    app = create_app(ServerSettings(database(), workers=1, seconds=5.0, join_tries=100_000))
    with TestClient(app, raise_server_exceptions=False) as client:
        made = Evening.made(client)
        made.go("lobby")
        _, seat = made.join()
        made.go("decide")
        yield made, seat


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_brings_the_server_to_a_mistake(label: str, evening: tuple[Evening, dict[str, str]]) -> None:
    table, seat = evening
    real = {"room": table.room, "workshop": table.workshop, "seat": "s2", "proposal": "p1"}

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), phases=[Step.explicit, Step.generate])
    @given(case=OPERATIONS[label].as_strategy(), who=st.sampled_from(("owner", "seat", "nobody")), there=st.sampled_from((True, True, False)))
    def ask(case: Any, who: str, there: bool) -> None:
        if there:
            case.path_parameters = {name: real.get(name, value) for name, value in (case.path_parameters or {}).items()}
        case.headers.pop("Authorization", None)
        if who != "nobody" and label != "DELETE /api/workshops/{workshop}":
            case.headers["Authorization"] = (table.owner if who == "owner" else seat)["Authorization"]
        request = case.as_transport_kwargs(base_url="http://testserver")
        request.pop("cookies", None)
        response = table.client.request(**request)
        table.client.cookies.clear()
        case.validate_response(response, checks=CHECKED)

    ask()


if __name__ == "__main__":
    DOCUMENT.write_text(json.dumps(document(), indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
