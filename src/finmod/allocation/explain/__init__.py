"""Explaining an allocated amount: from the result down to charges, and from a charge to its targets."""
