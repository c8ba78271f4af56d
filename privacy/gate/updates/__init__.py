"""Updates: signed news of new versions, verified here; installing is the package manager's."""
