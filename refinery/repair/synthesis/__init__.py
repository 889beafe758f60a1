"""Expressions that would come to something else in failing runs and to the same in passing ones: synthesis from what runs show."""
