"""The web application: one Django app is one room, named by what its users do there."""
