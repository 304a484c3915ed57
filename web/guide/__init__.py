"""The guide of a job: what is looked at, how answers are used, and how to answer well. For candidates, edited by recruiters."""
