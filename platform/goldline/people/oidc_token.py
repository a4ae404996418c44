"""Whether an ID token is to be believed (OpenID Connect Core 3.1.3.7). What it gives is decided in ``claims``."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key

from goldline.errors import GoldlineError

ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
)
_LEEWAY_SECONDS: Final = 60.0
_LONGEST: Final = 16_384


def believed(
    token: object, key: Callable[[str | None], Key], *, issuer: str, client: str, nonce: str, now: float
) -> dict[str, Any]:
    """Return the claims of an ID token.

    Args:
        token: As the provider sent it.
        key: Gives the provider's key of a name.
        issuer: Who must have made it.
        client: Whom it must be for.
        nonce: What it must repeat from the beginning of this login.
        now: The time, in seconds.

    Raises:
        GoldlineError: It must not be believed; the message has nothing of the token.
    """
    claims = _signed(token, key, issuer)
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    rules = {
        "iss": claims.get("iss") == issuer,
        "aud": client in audiences,
        "azp": party == client if party is not None else len(audiences) == 1,
        "exp": _number(claims, "exp", 0.0) + _LEEWAY_SECONDS > now,
        "iat": _number(claims, "iat", float("inf")) - _LEEWAY_SECONDS <= now,
        "nbf": _number(claims, "nbf", now) - _LEEWAY_SECONDS <= now,
        "nonce": hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()),
        "sub": isinstance(claims.get("sub"), str) and bool(claims["sub"]),
    }
    if wrong := [name for name, holds in rules.items() if not holds]:
        raise _refusal(f"{', '.join(wrong)} of the token is wrong", issuer)
    return claims


def _signed(token: object, key: Callable[[str | None], Key], issuer: str) -> dict[str, Any]:
    if not isinstance(token, str) or len(token) > _LONGEST:
        raise _refusal("it sent no ID token", issuer)
    try:
        header = jws.extract_compact(token.encode()).headers()
        kid = header.get("kid")
        if header.get("alg") not in ALGORITHMS:
            raise _refusal("the token is not signed with a public key", issuer)
        return jwt.decode(token, key(kid if isinstance(kid, str) else None), algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, TypeError) as error:
        raise _refusal(f"the signature of the token is wrong ({type(error).__name__})", issuer) from None


def _number(claims: dict[str, Any], name: str, otherwise: float) -> float:
    value = claims.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _refusal(what: str, issuer: str) -> GoldlineError:
    remedy = "log in again; if it stays so, compare clock, client name and provider"
    return GoldlineError(f"the OpenID provider's answer is not believed: {what}", where=issuer, remedy=remedy)
