"""The guard over proposed file changes: no edit takes effect before it has passed here."""
