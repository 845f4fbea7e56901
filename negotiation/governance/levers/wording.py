"""Levers, targets and payers in words."""

from __future__ import annotations

from collections.abc import Sequence

from ...definition import Definition
from ...strategic.wording import joined


def payers_of(definition: Definition, levers: Sequence[str]) -> dict[str, float]:
    """Return who pays how much for some levers; what has no payer stands under an empty name."""
    paid: dict[str, float] = {}
    for name in levers:
        lever = definition.levers[name]
        if lever.cost:
            paid[lever.payer or ""] = paid.get(lever.payer or "", 0.0) + lever.cost
    return paid


def lever_words(definition: Definition, levers: Sequence[str]) -> str:
    """Return levers by the labels that people read; an empty string for none."""
    return joined([f"“{definition.levers[name].label or name}”" for name in levers]) if levers else ""


def target_words(definition: Definition) -> str:
    """Return what the target is called in a sentence."""
    return f"“{definition.target.label}”" if definition.target and definition.target.label else "the target"
