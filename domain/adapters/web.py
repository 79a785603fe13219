"""HTTP to other programs, by httpcore: to public addresses only, unless the operator says else.

The address is checked where the connection is made, after the name was resolved, and that address
is the one that is connected to: a name that answers differently the second time gains nothing.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable, Mapping
from typing import Any

import httpcore

from domain.core.web import WebFailed, WebReply, is_public

MOST_CONNECTIONS = 40
KEEP_IDLE_S = 20.0


class SafeWeb:
    """The way out of one process."""

    def __init__(self, *, private: bool = False) -> None:
        """`private`: plain http and addresses of this network may be asked, too."""
        self._private = private
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=MOST_CONNECTIONS,
            keepalive_expiry=KEEP_IDLE_S,
            network_backend=_Checked(private=private),
        )

    async def post(
        self,
        url: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        within_s: float,
        most_bytes: int,
    ) -> WebReply:
        """The answer, all of it. Raises WebFailed."""
        if not url.startswith("https://") and not self._private:
            raise WebFailed("its address is not https")
        if not url.isascii():
            raise WebFailed("its address can't be read")
        try:
            async with asyncio.timeout(within_s):
                return await self._post(url, body, dict(headers), most_bytes)
        except TimeoutError:
            raise WebFailed(f"it did not answer within {within_s:g} s") from None
        except (httpcore.TimeoutException, httpcore.NetworkError) as error:
            raise WebFailed("it can't be reached") from error
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise WebFailed("it does not speak HTTP") from error
        except (ssl.SSLError, OSError) as error:
            raise WebFailed("it can't be reached") from error
        except ValueError as error:
            raise WebFailed("its address can't be read") from error

    async def close(self) -> None:
        """Let connections go."""
        await self._pool.aclose()

    async def _post(
        self, url: str, body: bytes, headers: dict[str, str], most_bytes: int
    ) -> WebReply:
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        async with self._pool.stream("POST", url, headers=pairs, content=body) as response:
            found = bytearray()
            async for chunk in response.aiter_stream():
                found += chunk
                if len(found) > most_bytes:
                    raise WebFailed("its answer is too long")
            return WebReply(response.status, bytes(found))


class _Checked(httpcore.AsyncNetworkBackend):
    """Resolves names itself, and connects to what it has checked."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )
        except (OSError, UnicodeError):
            raise WebFailed("its name is not known") from None
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        if not self._private and not all(is_public(address) for address in addresses):
            raise WebFailed("its address is not a public one")
        for index, address in enumerate(addresses):
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if index == len(addresses) - 1:
                    raise
        raise WebFailed("its name is not known")

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise WebFailed("its address is not a public one")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)
