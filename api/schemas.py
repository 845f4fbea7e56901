"""What requests and responses look like."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body
from pydantic import BaseModel, ConfigDict, Field

from negotiation.answers.request import Request
from negotiation.cards import Card, Wanted
from negotiation.settings import Settings

from .storage.tables import StoredGame

Number = Annotated[float, Field(allow_inf_nan=False, strict=True)]


class AnalysisRequest(BaseModel):
    """A question about a game."""

    model_config = ConfigDict(extra="forbid")

    game: Annotated[
        str | dict[str, Any], Field(description="Name of a game, or the whole written form (as data, or as YAML text); a plain cost game for allocate.")
    ]
    set: Annotated[dict[str, Number], Field(description="Parameter values that override all else.")] = {}
    scenario: str | None = None
    levers: list[str] = []
    charges: Annotated[str | None, Field(description="Let people pay what this allocation method charges.")] = None
    options: Annotated[dict[str, str | float], Field(description='What only this analysis understands, e.g. {"method": "shapley"}.')] = {}
    seconds: Annotated[
        float | None, Field(ge=0, allow_inf_nan=False, description="Time after which a long computation returns what it has; at most the server's limit.")
    ] = None

    def request(self) -> Request:
        """Return the question in the engine's words."""
        options = {name: value if isinstance(value, str) else f"{value:.12g}" for name, value in self.options.items()}
        return Request(Settings(tuple(self.set.items()), self.scenario, tuple(self.levers)), self.charges, options)


EXAMPLES = {
    "by name": {
        "summary": "A catalogue game with a scenario and two levers",
        "value": {"game": "common_effluent_plant", "set": {}, "scenario": None, "levers": []},
    },
    "written form": {
        "summary": "A whole game",
        "value": {
            "game": {
                "title": "Two farmers and a ditch",
                "money": "USD per year",
                "stakeholders": {"farmers": {"members": 2, "actions": ["clean", "rest"]}},
                "payoffs": {"farmers": {"clean": "10 * count(farmers, clean) - 12", "rest": "10 * count(farmers, clean)"}},
                "target": {"profile": {"farmers": "clean"}},
            }
        },
    },
    "cost game": {
        "summary": "A plain cost game, for allocate",
        "value": {
            "game": {
                "players": ["A", "B"],
                "costs": [{"coalition": ["A"], "cost": 7}, {"coalition": ["B"], "cost": 5}, {"coalition": ["A", "B"], "cost": 9}],
            }
        },
    },
}
AnalysisBody = Annotated[AnalysisRequest, Body(openapi_examples=EXAMPLES)]


class GameQuery(BaseModel):
    """Which games are looked for."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[str, Field(description='Kind of a stakeholder, e.g. "union".')] = ""
    path: Annotated[str, Field(description='A path on which it has a lever, e.g. "labour".')] = ""
    cell: Annotated[str, Field(description='Scope by actor of a lever, e.g. "horizontal_public".')] = ""
    game_class: Annotated[str, Field(description='Class of the game, e.g. "threshold".')] = ""
    case: Annotated[str, Field(description='A documented case that a scenario follows, e.g. "kasur_tanneries".')] = ""

    def wanted(self) -> Wanted:
        """Return it in the engine's words."""
        return Wanted(**self.model_dump())


class GameLine(BaseModel):
    """A game in the list."""

    name: str
    title: str
    summary: str
    money: str
    origin: Annotated[str, Field(description='"catalogue" or "saved"')]
    shelf: Annotated[str, Field(description='part of the list: "clusters", "textbook" or "saved"')]
    game_class: str
    kinds: Annotated[list[str], Field(description="kinds of its stakeholders")]
    members: Annotated[int, Field(description="how many players in all")]
    cells: Annotated[list[str], Field(description="scope by actor of its levers")]
    paths: list[str]
    levels: list[str]
    cases: Annotated[list[str], Field(description="documented cases that its scenarios follow")]
    predictions: Annotated[list[str], Field(description="predictions of the literature that it checks")]

    @classmethod
    def of(cls, game: StoredGame, card: Card) -> GameLine:
        """Return a stored game with what its card says."""
        said = card.as_dict()
        return cls.model_validate({**{name: said[name] for name in cls.model_fields if name in said}, "origin": game.origin})


class GameList(BaseModel):
    """All games."""

    games: list[GameLine]


class GameToSave(BaseModel):
    """A game of one's own."""

    model_config = ConfigDict(extra="forbid")

    name: str
    game: Annotated[str | dict[str, Any], Field(description="The written form, as YAML or JSON text or as data.")]
