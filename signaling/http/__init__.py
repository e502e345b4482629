"""Plain HTTP: the client's pages, the small API, health, and the guards in front of them."""
