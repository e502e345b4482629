"""How a meeting is chaired: what is left open to people, who waits outside, whose turn it is. Pure rules."""
