"""Hashes of what people and programs sign in with. Nothing here is ever logged."""

import asyncio
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# What is verified when there is no such user, so that the answer takes as long.
_NOBODYS = _HASHER.hash(secrets.token_urlsafe())

SESSION_PREFIX = "ods_"
API_KEY_PREFIX = "odk_"


async def hash_secret(secret: str) -> str:
    """The argon2id hash of a password or PIN. Takes tens of milliseconds, in a thread."""
    return await asyncio.to_thread(_HASHER.hash, secret)


async def verify_secret(hashed: str | None, secret: str) -> bool:
    """Whether the secret has this hash. None takes as long as a real hash and is never right."""
    right = await asyncio.to_thread(_verify, hashed or _NOBODYS, secret)
    return right and hashed is not None


def _verify(hashed: str, secret: str) -> bool:
    try:
        return _HASHER.verify(hashed, secret)
    except (VerificationError, InvalidHashError):
        return False


def new_token(prefix: str) -> str:
    """A bearer token with 256 bits of chance. The prefix lets secret scanners find it."""
    return prefix + secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """The SHA-256 of a token, hex. Tokens are random, so a slow hash would add nothing."""
    return hashlib.sha256(token.encode()).hexdigest()
