"""What would mend it, at what price, and who pays: numbers, transfers, subsidies, levers."""
