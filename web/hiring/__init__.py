"""Jobs with their profiles, candidates, applications and their stages."""
