"""Recognises IP addresses of this machine, its networks or reserved ranges, which are not on the public internet."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as written in networks that have only IPv6."""
COMPATIBLE = IPv6Network("::/96")
OF_CLOUDS = frozenset({IPv4Address("168.63.129.16")})
"""A public number, but it is the host of an Azure machine."""


def kind_of_private(address: str) -> str | None:
    """Returns the kind of a private address: loopback, private, link-local, …; None if it is public.

    An IPv4 address inside an IPv6 address is treated as IPv4. Raises `ValueError` if it is not an IP address.

    >>> kind_of_private("127.0.0.1"), kind_of_private("::ffff:169.254.169.254"), kind_of_private("93.184.216.34")
    ('loopback', 'link-local', None)
    """
    ip = ip_address(address.partition("%")[0])
    inner = _inside(ip) if isinstance(ip, IPv6Address) else None
    return _kind(ip if inner is None else inner)


def _inside(address: IPv6Address) -> IPv4Address | None:
    """Returns the IPv4 address that packets to an IPv6 address reach."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in NAT64 or (address in COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _kind(address: IPv4Address | IPv6Address) -> str | None:
    for kind, holds in (
        ("unspecified", address.is_unspecified),
        ("loopback", address.is_loopback),
        ("link-local", address.is_link_local),
        ("multicast", address.is_multicast),
        ("private", address.is_private or address in OF_CLOUDS),
        ("reserved", address.is_reserved or not address.is_global),
        ("private", isinstance(address, IPv6Address) and address.is_site_local),
    ):
        if holds:
            return kind
    return None
