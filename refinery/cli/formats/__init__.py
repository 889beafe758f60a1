"""Results in the forms that code hosts and CI servers read."""
