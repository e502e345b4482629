"""What requests have a meeting do, once they are allowed."""
