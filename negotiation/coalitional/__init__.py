"""Who pays what: cost games over classes, rules, Shapley value, core."""
