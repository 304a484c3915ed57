"""A made-up company, so that every page has something on it: made by `serve --demo`, removed by one click or command."""
