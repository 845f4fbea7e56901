"""What is unusual about a cost game (`properties`), and the least cost of serving coalitions that may split (`cover`)."""
