"""The two sides of a weak link."""

SERVER_ADDRESS = "10.77.0.1"
