"""The written form of a game: the one room that speaks pydantic.

A definition is what a game file says, checked, before any setting is applied. Only title, money, stakeholders and payoffs
are required. :func:`read_definition` turns text or plain data into a :class:`Definition` or raises one
:class:`~negotiation.errors.InvalidGameError` that carries every mistake found.
"""

from .form import CostClass, CostGameForm, Expectation, Given, Lever, Outcome, Parameter, Profile, Scenario, Stakeholder, Target
from .game import Definition, known
from .reading import read_definition, read_file

__all__ = [
    "CostClass",
    "CostGameForm",
    "Definition",
    "Expectation",
    "Given",
    "Lever",
    "Outcome",
    "Parameter",
    "Profile",
    "Scenario",
    "Stakeholder",
    "Target",
    "known",
    "read_definition",
    "read_file",
]
