"""Digest authentication: we answer challenges (RFC 7616, RFC 8760) and may make them. MD5 and SHA-256, qop auth."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from urllib.request import parse_http_list

_HASHES = {"SHA-256": "sha256", "MD5": "md5"}
"""The strongest first (RFC 8760, 2.4)."""

NONCE_LIFETIME = 60.0
"""Seconds for which a nonce of ours is taken; then it is stale."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are to a trunk, or it to us."""

    user: str
    password: str = field(repr=False)


def parameters(value: str) -> dict[str, str]:
    """What stands in a challenge or in credentials of the scheme Digest, by names in lower case. ValueError.

    The parser's own reading breaks at the comma in ``qop="auth,auth-int"``, and takes exponential time for what is no
    challenge; this one is the standard library's.
    """
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        raise ValueError("no digest")
    found: dict[str, str] = {}
    for part in parse_http_list(rest):
        name, equals, text = part.partition("=")
        name, text = name.strip().lower(), text.strip()
        if not equals or name in found:
            raise ValueError("no digest")
        if text[:1] == '"':
            if len(text) < 2 or text[-1] != '"':
                raise ValueError("no digest")
            text = text[1:-1]
        found[name] = text
    return found


def _digest(algorithm: str, *parts: str) -> str:
    return hashlib.new(_HASHES[algorithm], ":".join(parts).encode(), usedforsecurity=False).hexdigest()


def _response(
    algorithm: str, who: Credentials, realm: str, nonce: str, method: str, uri: str, count: str, cnonce: str, qop: str
) -> str:
    secret = _digest(algorithm, who.user, realm, who.password)
    request = _digest(algorithm, method, uri)
    if not qop:  # RFC 2069
        return _digest(algorithm, secret, nonce, request)
    return _digest(algorithm, secret, nonce, count, cnonce, qop, request)


class Answerer:
    """Answers the challenges of one peer, and counts how often each nonce was used."""

    def __init__(self, who: Credentials) -> None:
        self._who = who
        self._nonce, self._count = "", 0
        self._chosen: tuple[str, dict[str, str]] | None = None

    def challenged(self, challenges: list[str]) -> bool:
        """Take the strongest challenge that we can answer (RFC 8760, 2.4). Whether an answer may help.

        A challenge with the nonce that was just answered says that the password is wrong.
        """
        known: dict[str, dict[str, str]] = {}
        for value in challenges[:8]:
            try:
                found = parameters(value)
            except ValueError:
                continue
            qops = {part.strip().lower() for part in found.get("qop", "auth").split(",")}
            algorithm = found.get("algorithm", "MD5").upper()
            if "auth" in qops and found.get("nonce") and "realm" in found:
                known.setdefault(algorithm, found)
        for algorithm in _HASHES:
            if algorithm in known:
                chosen = known[algorithm]
                fresh = chosen["nonce"] != self._nonce
                self._chosen = algorithm, chosen
                if fresh:
                    self._nonce, self._count = chosen["nonce"], 0
                return fresh
        return False

    def header(self, method: str, uri: str) -> str | None:
        """The value of Authorization or Proxy-Authorization; None when nothing was challenged yet."""
        if self._chosen is None:
            return None
        algorithm, challenge = self._chosen
        self._count += 1
        count, cnonce = f"{self._count:08x}", secrets.token_hex(12)
        qop = "auth" if "qop" in challenge else ""
        realm, nonce = challenge["realm"], challenge["nonce"]
        response = _response(algorithm, self._who, realm, nonce, method, uri, count, cnonce, qop)
        parts = [f'username="{self._who.user}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"']
        parts += [f'response="{response}"', f"algorithm={algorithm}"]
        if qop:
            parts += [f'cnonce="{cnonce}"', f"qop={qop}", f"nc={count}"]
        if "opaque" in challenge:
            parts.append(f'opaque="{challenge["opaque"]}"')
        return "Digest " + ", ".join(parts)


class Challenger:
    """Challenges callers of a trunk that has to prove itself, without keeping anything of them but counts of nonces."""

    def __init__(self, who: Credentials, realm: str = "balai") -> None:
        self._who, self._realm = who, realm
        self._key = secrets.token_bytes(32)
        self._used: dict[str, int] = {}

    def challenges(self, now: float, *, stale: bool = False) -> list[str]:
        """Values of WWW-Authenticate, the strongest first."""
        stamp = f"{now:.3f}"
        nonce = f"{stamp}-{secrets.token_hex(6)}"
        nonce = f"{nonce}-{self._sign(nonce)}"
        end = ", stale=true" if stale else ""
        return [
            f'Digest realm="{self._realm}", nonce="{nonce}", algorithm={algorithm}, qop="auth"{end}'
            for algorithm in _HASHES
        ]

    def check(self, value: str | None, method: str, now: float) -> bool | None:
        """True for good credentials, None for good ones whose nonce is too old or was used, False for all else.

        Their URI may differ from the request's, which proxies change (RFC 3261, 22.4); a nonce is good for one request.
        """
        try:
            found = parameters(value or "")
        except ValueError:
            return False
        algorithm = found.get("algorithm", "MD5").upper()
        nonce, count, uri = found.get("nonce", ""), found.get("nc", ""), found.get("uri", "")
        if algorithm not in _HASHES or found.get("qop", "").lower() != "auth":
            return False
        signed, _, signature = nonce.rpartition("-")
        if found.get("realm") != self._realm or not hmac.compare_digest(
            signature.encode(), self._sign(signed).encode()
        ):
            return False
        expected = _response(
            algorithm, self._who, self._realm, nonce, method, uri, count, found.get("cnonce", ""), "auth"
        )
        same_user = hmac.compare_digest(found.get("username", "").encode(), self._who.user.encode())
        if not hmac.compare_digest(found.get("response", "").encode(), expected.encode()) or not same_user:
            return False
        return True if self._is_fresh(nonce, count, now) else None

    def _is_fresh(self, nonce: str, count: str, now: float) -> bool:
        if not 0 <= now - float(nonce.partition("-")[0]) <= NONCE_LIFETIME:
            return False
        try:
            number = int(count, 16)
        except ValueError:
            return False
        if number <= self._used.get(nonce, 0):
            return False  # replayed
        if len(self._used) >= 1024:
            self._used = {
                kept: times
                for kept, times in self._used.items()
                if now - float(kept.partition("-")[0]) <= NONCE_LIFETIME
            }
        self._used[nonce] = number
        return True

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:24]
