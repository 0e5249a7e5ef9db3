"""Programs that speak GraphQL over HTTP to a running gateway, and nothing else."""
