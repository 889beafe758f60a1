"""Answers billing questions of Northwind Desk customers from their records, the price list and the support policies."""
