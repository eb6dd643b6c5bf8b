"""Pages under /visits/."""
