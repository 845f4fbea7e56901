"""A game to begin with: a file that is valid, gives a verdict, and says at each place what to write there."""

from __future__ import annotations

from ..errors import InvalidGameError, Problem
from ..validation.fields import is_name

SKELETON = """\
# A game of your own. Everything after # is a remark. Change one thing at a time, then run
#   negotiate check {name}.yaml      is it valid, do the expected answers come out, what looks like a slip?
#   negotiate verdict {name}.yaml    does cooperation hold, would it get going, who leaves first?
# Only title, money, stakeholders and payoffs are required.

title: {title}
summary: >-
  Two to four sentences that a firm owner understands. Who shares which problem, why nobody solves it alone, and what could be put in
  place.

# One of: threshold, public good, coordination, inspection, race, bargaining, cost sharing, club, repeated, trust, commitment.
game_class: public good

# Studies, reports or talks that the story and its numbers come from.
sources:
  - Where this comes from; author and year.

# One currency and one period for all payoffs.
money: USD per year

# Numbers that people may dispute. Each has a value, an honest range, a unit, words for its slider, and says how sure it is:
# found (read in a source), derived (computed from one), remembered (needs checking) or assumed (nobody knows yet).
parameters:
  cost:
    value: 400
    low: 0
    high: 1000
    unit: USD per year
    label: What taking part costs a firm
    confidence: assumed
  benefit:
    value: 60
    low: 0
    high: 200
    unit: USD per year and firm
    label: What each firm that takes part brings to all
    confidence: assumed
  penalty:
    value: 0
    low: 0
    high: 1000
    unit: USD per year
    label: What staying out costs a firm
    confidence: assumed

# Who is in it. Members of one stakeholder are alike; who differs in size, load or visibility is another stakeholder.
# kind: firm, buyer, union, workers, government, ngo, association, community, donor, household, bank, institute or other.
stakeholders:
  firms:
    kind: firm
    label: Firms of the cluster
    members: 20
    actions:
      join: Take part and pay
      stay: Stay out

# Plain arithmetic: + - * / ** min max, and, or, not, 'a if condition else b'.
# count(firms, join) is how many firms take part, counting the firm whose payoff it is; share(firms, join) is from 0 to 1.
# What several payoffs need can stand here under a name.
definitions:
  common: benefit * count(firms, join)

# What one member earns with each choice.
payoffs:
  firms:
    join: common - cost
    stay: common - penalty

# What people care about besides money.
outcomes:
  taking_part:
    formula: share(firms, join)
    label: Firms that take part
    unit: share
    better: higher

# The cooperative outcome to be judged, and where people stand today.
target:
  label: Everybody takes part
  profile:
    firms: join
status_quo:
  firms: stay

# What could be put in place: each sets or shifts numbers (set, shift) or binds somebody to a choice (commit).
# scope: horizontal (in the cluster) or vertical (along the chain); actor: private, social or public.
# path: market, csr, multi_stakeholder, labour, cluster or public; level: corporate, cluster, regional, national or external.
levers:
  dues_rule:
    label: The association fines who stays out
    about: Members agree on a fine that pays for itself.
    set:
      penalty: 300
    scope: horizontal
    actor: private
    path: cluster
    level: cluster
  grant:
    label: The town pays a part of the cost
    about: A grant for each firm that takes part; the amount is assumed.
    shift:
      cost: -200
    cost: 4000
    scope: horizontal
    actor: public
    path: public
    level: regional

# Other places or times: the same payoffs, other numbers.
scenarios:
  hard_year:
    label: A hard year
    about: Orders are few, so taking part weighs more.
    set:
      cost: 600

# Answers that you know beforehand. They are checked by 'negotiate check', and tell when a formula says something else than you mean.
# iff + vary: the target is an equilibrium exactly when this holds, tried with numbers drawn from these ranges.
# within: a claim holds wherever one number lies in its range, or says within which part of it;
#   negotiate check {name}.yaml --ranges    finds how far that is.
expected:
  - says: A firm stays in exactly when leaving costs more in fines and lost benefit than it saves.
    iff: benefit + penalty >= cost
    vary:
      cost: [0, 1000]
      benefit: [0, 200]
      penalty: [0, 1000]
  - says: Without any lever nobody takes part.
    every_equilibrium: count(firms, join) == 0
    within:
      cost: [100, 1000]
      penalty: [0, 300]
  - says: With the fine and the grant together everybody takes part.
    given:
      levers: [dues_rule, grant]
    verdict: stable
    within:
      cost: [0, 550]
"""


def skeleton(name: str) -> str:
    """Return the text of a new game.

    Parameters
    ----------
    name : str
        What the game and its file are called.

    Raises
    ------
    InvalidGameError
        When the name cannot be used.

    Examples
    --------
    >>> from negotiation.definition import read_definition
    >>> read_definition(skeleton("clean_river")).title
    'Clean river'
    """
    if not is_name(name):
        remedy = "use up to 40 letters, digits and underscores, starting with a letter, e.g. clean_river"
        raise InvalidGameError([Problem(("name",), f"'{name[:60]}' cannot be the name of a game", remedy)])
    return SKELETON.format(name=name, title=name.replace("_", " ").capitalize())
