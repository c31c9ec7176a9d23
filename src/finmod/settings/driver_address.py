"""Addresses of servers that drivers are read from: what is wrong with one, in words that show nothing of it.

Owns the rules. A sign such as ``/`` or ``#`` in a password ends the server's name where an address is read, so that the
rest of the password looks like a port, a path or a fragment: nothing of such an address may stand in a message.
"""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qsl, urlsplit

SIGNS = "signs such as @, /, # and ? in a password are written as %40, %2F, %23 and %3F"


def address_fault(text: str) -> str | None:
    """Return what is wrong with the address of a server that is asked over HTTP; None where nothing is.

    >>> address_fault("http://me:pass/word@server")
    'an address that cannot be read'
    >>> address_fault("server:9090")
    'no address that begins with http:// or https://'
    """
    try:
        parts = urlsplit(text)
        named, _ = parts.hostname, parts.port
    except ValueError:
        return "an address that cannot be read"
    if parts.scheme not in {"http", "https"} or not named:
        return "no address that begins with http:// or https://"
    if _goes_on(parts):
        return "an address that cannot be read"
    if parts.query or parts.fragment:
        return "an address with a ? or a # in it"
    return None


def database_fault(text: str) -> str | None:
    """Return what is wrong with the address of a database; None where nothing is, or it is a list of key=value.

    Several servers may stand in one, each with its port, and a socket's folder.

    >>> database_fault("postgresql://me@one:5432,two:5433/finance?target_session_attrs=any")
    >>> database_fault("postgresql://me:12/34@server/finance")
    'an address that cannot be read'
    """
    if "://" not in text:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return "an address that cannot be read"
    ports = [server.rpartition("]")[2].partition(":")[2] for server in parts.netloc.rpartition("@")[2].split(",")]
    if _goes_on(parts) or parts.fragment or not all(port.isdigit() or not port for port in ports):
        return "an address that cannot be read"
    return None


def has_password(text: str) -> bool:
    """Return whether the address of a database has a password in it, or may have one.

    >>> [has_password(text) for text in ("postgresql://me:x@h/db", "host=h password=x", "postgresql://me@h/db")]
    [True, True, False]
    """
    if "://" not in text:
        return "password" in text.lower()
    try:
        parts = urlsplit(text)
    except ValueError:
        return "@" in text
    keys = [key.lower() for key, _ in parse_qsl(parts.query, keep_blank_values=True)]
    return parts.password is not None or any("password" in key for key in keys) or _goes_on(parts)


def has_login(text: str) -> bool:
    """Return whether an address has a user with a password in it."""
    try:
        return urlsplit(text).password is not None
    except ValueError:
        return "@" in text


def _goes_on(parts: SplitResult) -> bool:
    """Return whether an @ stands behind the server: then what looks like it is the begin of a login."""
    return "@" in f"{parts.path}{parts.fragment}" or ("@" in parts.query and "@" not in parts.netloc)
