"""Who calls: a member of a meeting, by the secret of their seat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from server.directory import Live
from server.seat import Seat
from signaling.http.guards import problem
from signaling.http.keys import DIRECTORY
from signaling.permissions import CALLS, is_allowed

MemberHandler = Callable[[web.Request, Live, Seat], Awaitable[web.StreamResponse]]
SCHEME = "Seat "
"""The scheme of the Authorization header (RFC 9110 section 11.6.2); what follows is ``joined.resume``.

In a header and not in the address, so that it is in no history and no log.
"""


def for_members(method: str, path: str) -> Callable[[MemberHandler], web.RouteDef]:
    """Makes a route of a handler, for those whom the table of permissions allows it."""
    needs = CALLS[method, path]

    def route(handler: MemberHandler) -> web.RouteDef:
        async def guarded(request: web.Request) -> web.StreamResponse:
            token = request.headers.get("Authorization", "")
            live = request.app[DIRECTORY].live(request.match_info["code"])
            seat = live.meeting.seat(token.removeprefix(SCHEME)) if live and token.startswith(SCHEME) else None
            if live is None or seat is None:
                refused = problem(401, "not_in_meeting", "only for those who are in this meeting")
                refused.headers["WWW-Authenticate"] = SCHEME.strip()
                return refused
            if not is_allowed(needs, seat.participant.role):
                return problem(403, "forbidden", "your role in this meeting does not allow this")
            return await handler(request, live, seat)

        return web.route(method, path, guarded)

    return route
