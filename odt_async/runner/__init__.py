"""A run: workers, rows, and the policy under which their calls are sent."""
