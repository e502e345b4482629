"""Telephones in meetings: the sound of each call, what a caller hears and presses, and what bounds them."""
