"""What the parties would agree on: agenda, packages, solutions, offers."""
