"""How the outside reaches a meeting: the aiohttp application, the WebSocket protocol and the command line."""
