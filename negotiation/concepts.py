"""The table of solution concepts of games in strategic form: every one under a name, with its options.

Modules are loaded when their concept is asked for, so that a question pays only for what it uses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from .errors import NotApplicableError, unknown
from .loading import load
from .options import Option
from .questions import Case, Concept, Listed, Result
from .strategic.equilibrium import EquilibriumList, all_pure
from .strategic.nash import alike_equilibria, mixed_equilibria, nash_equilibria
from .strategic.pure import pure_equilibria


def _from(place: str, function: str) -> Callable[..., Any]:
    """Return a function of a module of `strategic`, loaded now."""
    found: Callable[..., Any] = load(f"negotiation.strategic.{place}:{function}")
    return found


def _pure(case: Case) -> EquilibriumList:
    return all_pure(case.game, pure_equilibria(case.game, case.budget))


def _stakeholder(case: Case) -> str:
    """Return the stakeholder that the options name, or the one with most members that is free to choose."""
    name = case.option("stakeholder") or case.option("leader")
    if name is None:
        free = [i for i, axis in enumerate(case.game.lattice.axes) if axis.committed is None] or [0]
        return case.game.names[max(free, key=lambda i: case.game.members[i])]
    if name not in case.game.names:
        raise unknown("stakeholder", str(name), case.game.names)
    return str(name)


def _dominance(case: Case) -> Listed:
    found = _from("criteria.dominance", "dominated_actions")(case.game, case.option("by"), case.option("strict") != "weak")
    rows = tuple(asdict(one) | {"by": dict(one.by), "sentence": one.sentence(case.game)} for one in found)
    sentence = " ".join(row["sentence"] for row in rows[:4]) or "No action is dominated: each is worth considering against some behaviour of the others."
    return Listed("dominated", rows, sentence)


def _replies(case: Case) -> Listed:
    """Return the best replies at the target, or today."""
    at_target = case.option("at") == "target"
    found = _from("criteria.dominance", "best_responses")(case.game, case.target if at_target else case.status_quo)
    rows = tuple(asdict(one) | {"best": list(one.best), "sentence": one.sentence(case.game)} for one in found)
    return Listed("replies", rows, " ".join(row["sentence"] for row in rows))


def _blocs(case: Case) -> Listed:
    found = _from("criteria.coalitions", "bloc_deviations")(case.game, case.target)
    rows = tuple({"stakeholder": name, **one.as_dict(case.game)} for name, one in found.items())
    paying = [row["sentence"] for row in rows if row["pays"]]
    return Listed("blocs", rows, " ".join(paying) or "At the target no stakeholder gains by moving any number of its members together.")


def _tipping(case: Case) -> Result:
    name = _stakeholder(case)
    target = case.counts(case.target)[name]
    action = case.option("action") or max(target, key=lambda a: target[a])
    situation = case.situation
    assert situation is not None
    found: Result = _from("dynamics.tipping", "tipping_point")(case.game, name, action, case.counts(case.status_quo), situation.target_mask, budget=case.budget)
    return found


def _patience(case: Case) -> Result:
    punishment = _from("sequence.repeated", "Punishment")(
        kind=str(case.option("punishment")).replace("_", " "), payoff=case.option("payoff"), periods=case.option("periods")
    )
    detection, standing_loss = case.option("detection"), case.option("standing_loss")
    found: Result = _from("sequence.repeated", "critical_discount")(case.game, case.counts(case.target), punishment, detection, standing_loss)
    return found


def _path(case: Case) -> Result:
    rng = np.random.default_rng(case.option("seed"))
    noise = case.option("noise")
    if noise is None:
        noise = _from("dynamics.noise", "usual_noise")(_from("dynamics.transitions", "transitions")(case.game).gain) if case.option("rule") == "logit" else 1.0
    named = {"noise": noise, "steps": case.option("steps"), "budget": case.budget}
    found: Result = _from("dynamics.walks", "sample_path")(case.game, case.status_quo, rng, case.option("rule"), **named)
    return found


def _motion(case: Case) -> Result:
    start = case.shares(case.status_quo)
    named = {"duration": case.option("duration"), "noise": case.option("noise"), "budget": case.budget}
    found: Result = _from("dynamics.motion", "motion")(case.game, start, case.option("rule"), **named)
    return found


def _one(case: Case) -> Result:
    """Return one equilibrium; only paths of two players have labels."""
    found: Result
    if len(case.game.names) != 2:
        if case.option("label") is not None:
            raise NotApplicableError("labels belong to the paths of two players, and here are not two", "leave the option label out")
        found = _from("mixed.multiplayer", "first_equilibrium")(case.game, case.budget)
    else:
        found = _from("mixed.lemke_howson", "one_equilibrium")(case.game, case.budget, case.option("label"))
    return found


def _inspection(case: Case) -> Result:
    """Return the inspection game at once and announced; who inspects and what is right come from the options, or from kinds and target."""
    game, free = case.game, [i for i, axis in enumerate(case.game.lattice.axes) if axis.moves]
    stakeholders = case.situation.definition.stakeholders if case.situation is not None else {}
    official = [game.names[i] for i in free if game.names[i] in stakeholders and stakeholders[game.names[i]].kind != "firm"]
    inspector, comply = case.option("inspector"), case.option("comply")
    if inspector is None and len(free) == 2:
        if len(official) != 1:
            raise NotApplicableError("the game does not say which of the two inspects", "give the option inspector, e.g. inspector=government")
        inspector = official[0]
    if comply is None and inspector in game.names and len(free) == 2:
        if case.situation is None or case.situation.definition.target is None:
            raise NotApplicableError("the game does not say what inspections are for", "give the option comply, the action that is wanted of the others")
        other = next(game.names[i] for i in free if game.names[i] != inspector)
        target = case.counts(case.target)[other]
        comply = max(target, key=lambda action: target[action])
    found: Result = _from("sequence.announced", "inspection_variants")(game, inspector or game.names[0], comply or "", case.budget)
    return found


BY = Option("by", str, "'pure': dominated by an action; 'mixed': also by a mixture of actions", "mixed", ("pure", "mixed"))
STRICT = Option("strict", str, "'strict' or 'weak' dominance", "strict", ("strict", "weak"))
OBJECTIVE = Option("objective", str, "which one: 'welfare' (best), 'worst' or 'equal'", "welfare")
STAKEHOLDER = Option("stakeholder", str, "which stakeholder; otherwise the one with most members")
ACTION = Option("action", str, "to which action; otherwise the target's")

CONCEPTS: dict[str, Concept] = {
    concept.name: concept
    for concept in (
        Concept("nash", "All equilibria, pure and mixed, by the solver that fits the game.", lambda case: nash_equilibria(case.game, case.budget)),
        Concept("pure", "All pure equilibria in count profiles.", _pure),
        Concept(
            "mixed",
            "All equilibria of a game of single players, pure and mixed, however long it takes (see --seconds).",
            lambda case: mixed_equilibria(case.game, case.budget),
        ),
        Concept(
            "symmetric",
            "Equilibria in which all members of a stakeholder mix alike, exact for thousands of members.",
            lambda case: alike_equilibria(case.game, case.budget),
        ),
        Concept(
            "one",
            "One equilibrium of a large game of single players: a pure one, else of two by Lemke and Howson, of more the first with few actions in use.",
            _one,
            (Option("label", int, "of two players: follow the path that drops this label first, even where there is a pure equilibrium"),),
        ),
        Concept(
            "components",
            "How the equilibria of two single players hang together: separate sets, and ranges within which the players can mix freely.",
            lambda case: _from("mixed.components", "components")(_from("mixed.bimatrix", "bimatrix_equilibria")(case.game, case.budget)),
        ),
        Concept(
            "second_opinion",
            "What nashpy, another program, finds in a small game of two single players.",
            lambda case: _from("mixed.nashpy_solver", "nashpy_equilibria")(case.game),
        ),
        Concept(
            "elimination",
            "Iterated elimination of dominated actions, step by step.",
            lambda case: _from("criteria.elimination", "iterated_elimination")(case.game, case.option("by"), case.option("strict") != "weak"),
            (BY, STRICT),
        ),
        Concept("dominance", "Actions that another action, or a mixture of actions, always beats.", _dominance, (BY, STRICT)),
        Concept(
            "replies",
            "What each member would do best, given what everyone else does today or at the target.",
            _replies,
            (Option("at", str, "'today' or 'target'", "today", ("today", "target")),),
        ),
        Concept("security", "What each stakeholder can secure whatever the others do.", lambda case: _from("criteria.security", "security_levels")(case.game)),
        Concept(
            "correlated",
            "Correlated equilibrium: what a facilitator could recommend so that nobody gains by not following.",
            lambda case: _from("criteria.correlated", "correlated_equilibrium")(case.game, case.option("objective"), False, case.budget),
            (OBJECTIVE,),
        ),
        Concept(
            "coarse",
            "Coarse correlated equilibrium: nobody gains by refusing the facilitator's advice beforehand.",
            lambda case: _from("criteria.correlated", "correlated_equilibrium")(case.game, case.option("objective"), True, case.budget),
            (OBJECTIVE,),
        ),
        Concept(
            "welfare",
            "Best and worst sums of payoffs against those of equilibria: prices of anarchy and stability.",
            lambda case: _from("criteria.welfare", "compare_welfare")(case.game),
        ),
        Concept(
            "efficient",
            "Pareto-efficient profiles.",
            lambda case: _from("criteria.efficiency", "efficient_profiles")(case.game, case.option("between"), case.budget),
            (Option("between", str, "'members' or 'stakeholders'; otherwise members where that fits", choices=("members", "stakeholders")),),
        ),
        Concept("potential", "Is there one quantity that everybody's moves raise together?", lambda case: _from("criteria.potential", "potential")(case.game)),
        Concept("blocs", "Can any number of one stakeholder's members gain by leaving the target together?", _blocs),
        Concept(
            "strong",
            "Equilibria that no group can leave so that each member gains.",
            lambda case: _from("criteria.coalitions", "strong_equilibria")(case.game),
        ),
        Concept(
            "coalition_proof",
            "Equilibria that no group can leave by an agreement that itself would last.",
            lambda case: _from("criteria.coalition_proof", "coalition_proof_equilibria")(case.game, case.budget),
        ),
        Concept(
            "quantal",
            "Logit quantal response: what people do who choose better actions more often, but not always.",
            lambda case: _from("mixed.quantal", "quantal_response")(case.game, case.option("rationality"), case.budget),
            (Option("rationality", float, "lambda, per unit of the game's money; otherwise the branch is followed to its limit"),),
        ),
        Concept(
            "evolution",
            "Which actions withstand a few members who try another?",
            lambda case: _from("criteria.evolution", "evolutionarily_stable")(case.game, _stakeholder(case), case.status_quo),
            (STAKEHOLDER,),
        ),
        Concept(
            "epsilon",
            "Profiles at which nobody gains more than epsilon by a move.",
            lambda case: _from("criteria.regret", "epsilon_equilibria")(case.game, case.option("epsilon"), case.budget),
            (Option("epsilon", float, "the largest gain that tempts nobody, in the game's money", 0.0),),
        ),
        Concept(
            "commitment",
            "Who moves first: backward induction over groups of stakeholders, for the best and the worst replies.",
            lambda case: _from("sequence.commitment", "backward_induction")(case.game, case.moves()),
            (Option("moves", str, "groups in order, e.g. 'government > firms, buyers'"),),
        ),
        Concept(
            "stackelberg",
            "A leader that commits to a mixture (two single players), with ties for and against it.",
            lambda case: _from("sequence.stackelberg", "mixed_commitment")(case.game, case.option("leader") or case.game.names[0], case.budget),
            (Option("leader", str, "who commits; otherwise the first stakeholder"),),
        ),
        Concept(
            "inspection",
            "An inspection game at once and with inspections announced beforehand, side by side.",
            _inspection,
            (
                Option("inspector", str, "who inspects; otherwise the one of two stakeholders that is no firm"),
                Option("comply", str, "the action that is wanted of the others; otherwise the target's"),
            ),
        ),
        Concept(
            "patience",
            "Repeated play: the lowest discount factor at which a punishment deters every deviation from the target.",
            _patience,
            (
                Option("punishment", str, "'worst_equilibrium' or 'expulsion'", "worst_equilibrium", ("worst_equilibrium", "expulsion")),
                Option("payoff", float, "what an expelled member gets each period", 0.0, least=-1e15),
                Option("periods", int, "how many periods it lasts; otherwise for ever"),
                Option("detection", float, "probability that a deviation is noticed, each period", 1.0),
                Option("standing_loss", float, "what a detected member loses once", 0.0),
            ),
        ),
        Concept("basins", "From where do improving moves lead to which equilibrium?", lambda case: _from("dynamics.basins", "basins")(case.game, case.budget)),
        Concept(
            "tipping",
            "How many members must commit until all others follow?",
            _tipping,
            (STAKEHOLDER, Option("action", str, "to which action; otherwise the target's")),
        ),
        Concept(
            "stochastic",
            "Which profiles are seen in the long run when mistakes are rare?",
            lambda case: _from("dynamics.stochastic", "stochastically_stable")(case.game, case.option("mistakes"), case.budget),
            (Option("mistakes", str, "'uniform' or 'logit'", "uniform", ("uniform", "logit")),),
        ),
        Concept(
            "long_run",
            "How often is each profile seen when members choose with noise?",
            lambda case: _from("dynamics.noise", "long_run")(case.game, case.option("noise"), case.budget),
            (Option("noise", float, "size of the noise, in the game's money; otherwise a tenth of what a move usually brings or costs"),),
        ),
        Concept(
            "path",
            "One path of single members' moves from today's situation.",
            _path,
            (
                Option("rule", str, "'better', 'best' or 'logit'", "better", ("better", "best", "logit")),
                Option("seed", int, "the same seed gives the same path", 0),
                Option("noise", float, "for 'logit', in the game's money; otherwise a tenth of what a move usually brings or costs"),
                Option("steps", int, "most steps", 1_000),
            ),
        ),
        Concept(
            "motion",
            "How shares of members move in large populations.",
            _motion,
            (
                Option("rule", str, "'replicator' or 'logit'", "replicator", ("replicator", "logit")),
                Option("duration", float, "how long", 100.0),
                Option("noise", float, "for 'logit', as a share of the range of payoffs", 0.1),
            ),
        ),
        Concept(
            "fixation",
            "Which actions does a population hold when newcomers with other actions are rare?",
            lambda case: _from("dynamics.fixation", "small_mutation_of_game")(case.game, case.option("intensity")),
            (Option("intensity", float, "intensity of selection", 1.0),),
        ),
        Concept(
            "alpha_rank",
            "Which situations do several stakeholders come back to when people copy what pays and newcomers are rare?",
            lambda case: _from("dynamics.alpharank", "alpha_rank")(case.game, case.option("intensity"), case.option("population"), case.budget),
            (
                Option("intensity", float, "intensity of selection, above 0, per unit of money; otherwise ten over what a takeover usually brings or costs"),
                Option("population", int, "of how many each single actor stands for one", 50, least=2),
            ),
        ),
    )
}


def concept(name: str) -> Concept:
    """Return a concept by name.

    Raises
    ------
    UnknownNameError
        Lists the concepts.
    """
    if name not in CONCEPTS:
        raise unknown("concept", name, CONCEPTS)
    return CONCEPTS[name]
