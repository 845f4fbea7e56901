"""Who does what: count profiles, best responses, equilibria, commitment, repeated play, dynamics."""
