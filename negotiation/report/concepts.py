"""Solution concepts of games in strategic form, for people: what each says, in the game's words and money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..numerics import Array, shown
from ..strategic.criteria.correlated import Correlated
from ..strategic.criteria.potential import Potential
from ..strategic.criteria.security import Counts, SecurityLevels
from ..strategic.criteria.welfare import Welfare
from ..strategic.game import Game, Points
from ..strategic.mixed.quantal import QuantalResponse
from .layout import LISTED, Report, Table
from .naming import action_label, stakeholder_label

FEW = 10
"""Points of a branch that are shown."""


def correlated(result: Correlated) -> Report:
    """Return what a facilitator would recommend, what it brings, and who is just willing to follow."""
    game, money = result.game, _money(result.game)
    order = sorted(range(len(result.probabilities)), key=lambda k: -float(result.probabilities[k]))
    drawn = tuple((f"{shown(100 * float(result.probabilities[k]))} %", _profile(game, game.counts(result.points, k))) for k in order[:LISTED])
    earned = [(_one_of(game, i), shown(value)) for i, value in enumerate(result.payoffs)]
    tables = [
        Table("What is drawn, and what everybody is told to do", ("Drawn in", "Everybody's part"), drawn),
        Table(f"What it brings on average ({money})", ("Who", "Earns"), (*earned, ("All members together", shown(result.total)))),
    ]
    held = tuple(
        (
            stakeholder_label(game, one.stakeholder),
            "not known yet" if one.advised is None else action_label(game, one.stakeholder, one.advised),
            action_label(game, one.stakeholder, one.alternative),
            shown(one.price),
        )
        for one in result.binding[:LISTED]
    )
    columns = ("Who", "Is told", "Would rather", "What an advantage given up by it would add to the aim")
    tables += [Table("Who is just willing to follow", columns, held)] if held else []
    aims = {"welfare": "the most for all together", "worst": "the least for all together", "equal": "the most for whoever earns least"}
    aim = f"Aim: {aims.get(result.objective) or f'the most for a member of {stakeholder_label(game, result.objective)}'}."
    sure = f"{'Complete' if result.complete else 'Not complete'}: {result.reason}."
    return Report(result.sentence, tuple(tables), (aim, _gain(game, "The most that a member gains by not following", result.regret), sure))


def security(result: SecurityLevels) -> Report:
    """Return what each stakeholder is sure of, and how far the others can hold it down."""
    game = result.game
    rows = [
        (
            _one_of(game, game.index(one.stakeholder)),
            shown(one.pure),
            action_label(game, one.stakeholder, one.action),
            _profile(game, one.worst) or "whatever the others do",
            shown(one.minmax),
        )
        for one in result.levels
    ]
    columns = ("Who", "Is sure of", "By", "Worst case", "The others can hold it to")
    drawn = tuple(
        (_one_of(game, game.index(one.stakeholder)), shown(one.mixed), _shares(game, one.stakeholder, one.mixture))
        for one in result.levels
        if one.mixed > one.pure + game.tolerances[game.index(one.stakeholder)]
    )
    tables = [Table(f"What each can secure ({_money(game)})", columns, tuple(rows))]
    tables += [Table(f"More on average, by drawing lots ({_money(game)})", ("Who", "Is sure of", "Draws"), drawn)] if drawn else []
    return Report(result.sentence, tuple(tables))


def welfare(result: Welfare) -> Report:
    """Return the best that all could have together, against what equilibria bring."""
    game, money = result.game, _money(result.game)
    facts = [("The most that all can have together", shown(result.most)), ("What the worst-off member has at the fairest profile", shown(result.floor))]
    for title, value, loss in (
        ("Best equilibrium", result.highest, result.loss_of_stability),
        ("Worst equilibrium", result.lowest, result.loss_of_anarchy),
    ):
        if value is not None and loss is not None:
            facts += [(f"{title}: all together", shown(value)), (f"{title}: less than the most by", shown(loss))]
    against = (("best", "stability", result.price_of_stability), ("worst", "anarchy", result.price_of_anarchy))
    ratios = [
        (f"Price of {name}: the most, against the {which} equilibrium", "a ratio says nothing here" if value is None else f"{shown(value)} times")
        for which, name, value in against
    ]
    named = (
        ("Largest sum", result.best),
        ("Fairest", result.fairest),
        ("Best equilibrium", result.best_equilibrium),
        ("Worst equilibrium", result.worst_equilibrium),
    )
    where = tuple((title, _profiles(game, points)) for title, points in named if len(points) and len(points[0]))
    tables = (
        Table(f"Sums of payoffs ({money})", ("", ""), tuple(facts)),
        Table("As ratios", ("", ""), tuple(ratios if result.equilibria else [])),
        Table("Where", ("", "Who does what"), where),
    )
    return Report(result.sentence, tuple(table for table in tables if table.rows), (f"Pure equilibria: {result.equilibria:,}.",))


def potential(result: Potential) -> Report:
    """Return whether one quantity goes up with everybody's moves, and where it is largest."""
    game = result.game
    kinds = {
        "exact": "a move changes it by exactly what the mover gains",
        "weighted": "a move changes it by what the mover gains, divided by its weight",
        "ordinal": "moves that pay the mover raise it",
        "none": "there is none",
    }
    facts = [("Potential", kinds[result.kind])]
    if result.kind == "weighted" and result.weights is not None:
        facts.append(("Weights", "\n".join(f"{game.label(i)}: {shown(weight)}" for i, weight in enumerate(result.weights))))
    if result.kind != "exact":
        facts.append(("An exact one misses by up to", f"{shown(result.gap)} {_money(game)}"))
    if len(result.best) and len(result.best[0]):
        facts.append(("Largest at", _profiles(game, result.best)))
    return Report(result.sentence, (Table("", ("", ""), tuple(facts)),))


def quantal(result: QuantalResponse) -> Report:
    """Return what people choose who choose better actions more often, but not always."""
    game, money = result.game, _money(result.game)
    shares = tuple(
        (game.label(i), game.label(i, a), f"{shown(100 * float(share), 3)} %") for i, row in enumerate(result.response.mixture) for a, share in enumerate(row)
    )
    tables = [Table(f"What they choose where lambda is {shown(result.response.rationality)}", ("Who", "Choice", "How often"), shares)]
    if len(result.branch) > 1:
        step = max(1, (len(result.branch) - 1) // FEW)
        points = [*result.branch[:-1:step], result.branch[-1]]
        rows = tuple((shown(point.rationality), _mixtures(game, point.mixture), _rounded(game, point.regret)) for point in points)
        columns = ("Lambda", "Who chooses what", f"Forgone by erring, at most ({money})")
        tables.append(Table("On the way from pure chance", columns, rows))
    sure = f"{'Complete' if result.complete else 'Not complete'}: {result.reason}."
    unit = f"Lambda says how much a difference of 1 ({money}) counts: at 0 every choice is equally likely, and the larger it is, the fewer mistakes."
    return Report(result.sentence, tuple(tables), (unit, sure))


def _money(game: Game) -> str:
    return game.money or "units of payoff"


def _one_of(game: Game, i: int) -> str:
    return f"{game.label(i)}, each member" if game.members[i] > 1 else game.label(i)


def _profile(game: Game, counts: Counts) -> str:
    """Return who does what, a line for each stakeholder."""
    lines = []
    for name, row in counts.items():
        i = game.index(name)
        parts = [f"{f'{count:,} ' if game.members[i] > 1 else ''}{action_label(game, name, action)}" for action, count in row.items() if count]
        lines.append(f"{game.label(i)}: {', '.join(parts)}")
    return "\n".join(lines)


def _profiles(game: Game, points: Points) -> str:
    """Return the first of some profiles, and how many more there are."""
    more = len(points[0]) - 1
    return _profile(game, game.counts(points)) + (f"\nand {more:,} more" if more else "")


def _shares(game: Game, name: str, mixture: Mapping[str, float]) -> str:
    return ", ".join(f"{shown(100 * share, 3)} % {action_label(game, name, action)}" for action, share in mixture.items() if share > 1e-9)


def _mixtures(game: Game, mixture: Sequence[Array]) -> str:
    rows = [dict(zip(actions, row.tolist(), strict=True)) for actions, row in zip(game.actions, mixture, strict=True)]
    return "\n".join(f"{game.label(i)}: {_shares(game, game.names[i], row)}" for i, row in enumerate(rows))


def _rounded(game: Game, value: float) -> str:
    return "0" if abs(value) <= max(game.tolerances, default=0.0) else shown(value)


def _gain(game: Game, what: str, value: float) -> str:
    within = abs(value) <= max(game.tolerances, default=0.0)
    return f"{what}: {'nothing' if within else f'{shown(value)} {_money(game)}'}{', up to rounding' if within and value else ''}."
