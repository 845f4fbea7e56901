"""Who pays what.

Here is what every room needs: the cost game (`cost_game`, `costs`, `exact`), how one is read (`build`, `plain`) and made smaller (`subgame`), an
allocation and who objects to it (`allocation`, `excess`), what is agreed on besides the rule (`terms`), words for members (`words`), and the
table of all rules (`methods`). The rooms: `shares` and `nucleolus` charge by a rule, `core` says what any rule can reach, `policy` keeps to
requirements, `joining` asks who takes part, `checks` what is unusual about a game; `search` finds the coalitions that object.
"""
