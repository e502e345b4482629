"""What a user agent client does with 401 and 407: the answers to both kinds of challenge, for one peer."""

from __future__ import annotations

from signaling.sip.digest import Answerer, Credentials
from signaling.sip.message import IncomingResponse

_HEADERS = {401: ("WWW-Authenticate", "Authorization"), 407: ("Proxy-Authenticate", "Proxy-Authorization")}


class Authorization:
    """Answers for the user of a trunk; without one, challenges stay refusals."""

    def __init__(self, who: Credentials | None) -> None:
        self._answerers = {code: Answerer(who) for code in _HEADERS} if who else {}

    def challenged(self, response: IncomingResponse) -> bool:
        """Whether the same request, with what ``headers`` gives now, may be taken."""
        answerer = self._answerers.get(response.code)
        return answerer is not None and answerer.challenged(response.headers.getlist(_HEADERS[response.code][0]))

    def headers(self, method: str, uri: str) -> list[tuple[str, str]]:
        """The headers that a request needs for what was challenged so far."""
        found = ((_HEADERS[code][1], answerer.header(method, uri)) for code, answerer in self._answerers.items())
        return [(name, value) for name, value in found if value is not None]
