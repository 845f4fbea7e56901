"""Other solution concepts at one moment: dominance, security, correlation, welfare, potentials, coalitions, evolution."""
