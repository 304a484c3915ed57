"""The review page, scorecards, consensus and comparison."""
