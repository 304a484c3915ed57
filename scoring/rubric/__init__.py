"""From measures to scores by dimension: norms, gates, fusion."""
