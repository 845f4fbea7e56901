"""Many formulas over many profiles: what they have in common is worked out once.

The formulas of a game, with the definitions that they read, are taken apart into steps; a step that stands in several places is one step. A
step that reads no count has one value for all profiles. When members of one stakeholder move, only the steps that read its counts change;
the others keep the value that they had before.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from operator import itemgetter
from typing import NamedTuple

from .formula import Formula
from .operations import Value, Values, applied, called, looked_up, named, operation

Count = tuple[int, int]
"""How many members of a stakeholder take an action, by their positions."""
NOWHERE = frozenset([-1])
"""Stands for the stakeholder of a count that profiles do not have, such as a coalition's."""
Plan = tuple[tuple[int, Callable[[Values], Value]], ...]


class Step(NamedTuple):
    """An operation on the values of earlier steps, or something that is looked up.

    Parameters
    ----------
    function : callable or None
        None where the value is looked up.
    parts : tuple of int
        Numbers of the steps that it is applied to.
    key : float, str, Count or None
        What is looked up: a number, a parameter, a count.
    readers : frozenset of int
        Stakeholders whose counts the value depends on.
    """

    function: Callable[..., Value] | None
    parts: tuple[int, ...]
    key: float | str | Count | None
    readers: frozenset[int]


class Program:
    """Formulas taken apart; a value that never changes once it is made.

    Parameters
    ----------
    actions : mapping of str to sequence of str
        Action names of each stakeholder.
    members : sequence of int
        Members of each stakeholder.
    definitions : mapping of str to Formula
        In an order in which each needs only those before it.
    formulas : iterable of Formula
        What can be asked for.

    Examples
    --------
    >>> from negotiation.formula import parse
    >>> cost = parse("fine * count(firms, pay)")
    >>> program = Program({"firms": ["pay", "stay"]}, [3], {"fine": parse("2 * rate")}, [cost])
    >>> constants = program.constants([cost], {"rate": 5.0})
    >>> float(Reading(program, lambda k: constants[k] if k in constants else 2.0).of(cost))
    20.0
    """

    def __init__(self, actions: Mapping[str, Sequence[str]], members: Sequence[int], definitions: Mapping[str, Formula], formulas: Iterable[Formula]) -> None:
        self._made_of = (dict(actions), tuple(members), dict(definitions), tuple(formulas))
        self.steps: list[Step] = []
        self._sizes = dict(zip(actions, map(float, members), strict=True))
        self._counts = {(name, action): (i, a) for i, (name, row) in enumerate(actions.items()) for a, action in enumerate(row)}
        self._numbers: dict[Hashable, int] = {}
        self._named: dict[str, int] = {}
        for name, formula in definitions.items():
            self._named[name] = self._add(formula.tree)
        self._roots = {formula: self._add(formula.tree) for formula in self._made_of[-1]}
        self._plans: dict[tuple[int, frozenset[int]], Plan] = {}

    def __reduce__(self) -> tuple[type[Program], tuple[object, ...]]:
        return Program, self._made_of

    def __contains__(self, formula: Formula) -> bool:
        return formula in self._roots

    def below(self, formulas: Iterable[Formula]) -> list[int]:
        """Return all steps on the way to some formulas, each after its parts."""
        return sorted(self._below((self._roots[formula] for formula in formulas), frozenset()))

    def constants(self, formulas: Iterable[Formula], parameters: Mapping[str, Value]) -> dict[int, Value]:
        """Return the values of all steps of some formulas that have one value for all profiles."""
        found: dict[int, Value] = {}
        for k in self.below(formulas):
            step = self.steps[k]
            if step.function is not None and not step.readers:
                found[k] = step.function(*[found[part] for part in step.parts])
            elif not step.readers:
                found[k] = parameters[step.key] if isinstance(step.key, str) else step.key  # type: ignore[assignment]
        return found

    def count(self, k: int) -> Count:
        """Return whose count of which action a step is.

        Raises
        ------
        KeyError
            When it is no count of a member's action.
        """
        key = self.steps[k].key
        if not isinstance(key, tuple):
            raise KeyError(key)
        return key

    def plan(self, formula: Formula, known: frozenset[int] = frozenset()) -> tuple[int, Plan]:
        """Return the number of a formula's value, and the steps worth keeping on the way: each with its function of those before it.

        Steps in `known` are looked up like a number, whatever they are made of.
        """
        root = self._roots[formula]
        if (root, known) not in self._plans:
            kept = [k for k in sorted(self._below([root], known)) if k == root or k in self._kept]
            self._plans[root, known] = tuple((k, self._body(k, known)) for k in kept if not self._given(k, known))
        return root, self._plans[root, known]

    def _given(self, k: int, known: frozenset[int]) -> bool:
        """Return whether a step is looked up, or the same for all profiles."""
        return k in known or self.steps[k].function is None or not self.steps[k].readers

    @cached_property
    def _kept(self) -> frozenset[int]:
        """Steps whose value is used again: in several places, or after a move that leaves them as they are."""
        above: dict[int, set[int]] = {}
        for k, step in enumerate(self.steps):
            for part in step.parts:
                above.setdefault(part, set()).add(k)
        whole = {*self._roots.values(), *self._named.values()}
        again = {k for k, users in above.items() if len(users) > 1 or any(self.steps[one].readers != self.steps[k].readers for one in users)}
        return frozenset(whole | again)

    def _body(self, k: int, known: frozenset[int]) -> Callable[[Values], Value]:
        step = self.steps[k]
        assert step.function is not None
        parts = [itemgetter(part) if self._given(part, known) or part in self._kept else self._body(part, known) for part in step.parts]
        return applied(step.function, parts)

    def _below(self, roots: Iterable[int], known: frozenset[int]) -> set[int]:
        """Return all steps on the way to some, not further than those in `known`."""
        waiting, found = list(roots), set[int]()
        while waiting:
            k = waiting.pop()
            if k not in found:
                found.add(k)
                waiting += () if k in known else self.steps[k].parts
        return found

    # --- taking apart

    def _add(self, node: ast.expr) -> int:
        """Return the number of the step that a node is."""
        if isinstance(node, ast.Constant):
            return self._look_up(float(node.value))  # type: ignore[arg-type]
        key = looked_up(node)
        if key is None:
            label, function, parts = operation(node)
            return self._operate(label, function, tuple(map(self._add, parts)))
        if isinstance(node, ast.Call):
            return self._use(called(node), named(node), key)
        return self._named[key] if key in self._named else self._look_up(key)

    def _use(self, function: str, names: tuple[str, ...], key: str) -> int:
        """Return the step of a use of the count profile."""
        if function == "members" and names[0] in self._sizes:
            return self._look_up(self._sizes[names[0]])
        if len(names) < 2 or names not in self._counts:
            return self._step((key,), Step(None, (), key, NOWHERE))
        count = self._counts[names[0], names[1]]
        number = self._step(count, Step(None, (), count, frozenset(count[:1])))
        return number if function == "count" else self._operate(("share", names[0]), partial(_share, self._sizes[names[0]]), (number,))

    def _look_up(self, key: float | str) -> int:
        return self._step((repr(key),), Step(None, (), key, frozenset()))

    def _operate(self, label: object, function: Callable[..., Value], parts: tuple[int, ...]) -> int:
        readers = frozenset[int]().union(*(self.steps[part].readers for part in parts))
        return self._step((label, parts), Step(function, parts, None, readers))

    def _step(self, key: Hashable, step: Step) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self.steps)
            self.steps.append(step)
        return self._numbers[key]


class Reading(dict[int, Value]):
    """Values of a program's steps at some profiles, each worked out once; who asks silences numpy's warnings.

    Parameters
    ----------
    program : Program
    source : callable
        ``source(k)`` is the value of a step that is looked up or that reads no count.
    known : frozenset of int
        Further steps that are looked up.
    """

    def __init__(self, program: Program, source: Callable[[int], Value], known: frozenset[int] = frozenset()) -> None:
        super().__init__()
        self.program, self._source, self._known = program, source, known

    def __missing__(self, k: int) -> Value:
        value = self[k] = self._source(k)
        return value

    def of(self, formula: Formula) -> Value:
        """Return the value of a formula."""
        root, plan = self.program.plan(formula, self._known)
        for k, body in plan:
            self.kept(k, body)
        return self[root]

    def kept(self, k: int, body: Callable[[Values], Value]) -> Value:
        """Return the value of a step, worked out by `body` unless it is there."""
        if k not in self:
            self[k] = body(self)
        return self[k]


class Moved(Reading):
    """The same once members of one stakeholder stand elsewhere; what does not depend on that is taken from before.

    Parameters
    ----------
    before : Reading
    stakeholder : int
    move : callable
        ``move(a, count)`` is how many take action `a` afterwards.
    """

    def __init__(self, before: Reading, stakeholder: int, move: Callable[[int, Value], Value]) -> None:
        super().__init__(before.program, before.__getitem__, before._known)
        self._before, self._stakeholder, self._move = before, stakeholder, move

    def __missing__(self, k: int) -> Value:
        key = self.program.steps[k].key
        value = self._before[k]
        if isinstance(key, tuple) and key[0] == self._stakeholder:
            value = self._move(key[1], value)
        self[k] = value
        return value

    def kept(self, k: int, body: Callable[[Values], Value]) -> Value:
        """Return the value of a step after the move."""
        if k not in self:
            self[k] = body(self) if self._stakeholder in self.program.steps[k].readers else self._before.kept(k, body)
        return self[k]


def _share(size: float, count: Value) -> Value:
    return count / size
