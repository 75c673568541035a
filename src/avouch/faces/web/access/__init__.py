"""Who may what: people, keys, emergencies, the policy in force, and why."""
