"""What is measured, part by part: each is a table of the results with workloads and servers of its
own. The first server of a part is what the others are compared with."""

import dataclasses
import typing

import datagram_servers
import servers
import tls_servers
import websocket_servers
from measure import Workload


@dataclasses.dataclass(frozen=True)
class Part:
    """One section of the page."""

    name: str
    title: str
    about: str
    workloads: tuple
    servers: typing.Callable  # build folder -> [Server]


def _handshake(version, key, resume):
    how = "resumed" if resume else "full"
    names = {"ecdsa": "P-256", "rsa": "RSA 2048"}
    return Workload(f"{version}-{key}-{how}", f"TLS {version}, {names[key]}, {how}", "accept", 50,
                    protocol=f"tls{version}", key=key, resume=resume, unit="handshake")


def _scale(connections, rounds=0):
    return Workload(f"c{connections}", f"{connections:,} connections", "echo", connections,
                    active=max(1, connections // 100), rounds=rounds)


def shapes(protocol):
    return (
        Workload("one", "1 connection", "echo", 1, protocol=protocol),
        Workload("fifty", "50 connections", "echo", 50, protocol=protocol),
        Workload("thousand", "1000 connections", "echo", 1000, protocol=protocol),
        Workload("pipelined", "50 x 16 in flight", "echo", 50, depth=16, protocol=protocol),
        Workload("large", "50 x 16 KiB", "echo", 50, size=16384, protocol=protocol),
        Workload("accept", "connect, 1 message, close", "accept", 50, protocol=protocol,
                 unit="connection"),
        Workload("idle", "idle connections", "idle", 10000, protocol=protocol, unit="connection",
                 rounds=1),  # the same to the byte each time
    )


PARTS = (
    Part("tcp", "TCP",
         "Bytes come back as they came.",
         shapes("tcp"), servers.tcp),
    Part("scale", "Many connections, few in use",
         "1 % of the connections, one at least, have a message under way, and all take turns. User "
         "time is what the program itself spends; the kernel finds it out by looking 100 to 1000 "
         "times a second, so it is the mean over all rounds and still rough.",
         (_scale(10), _scale(1000), _scale(10000), _scale(50000, rounds=3)),
         servers.floor_and_bowline),
    Part("websocket", "WebSocket",
         "Each message is a frame, answered with a frame; compression is off. Connecting is with "
         "the HTTP handshake and the goodbye of both.",
         shapes("websocket"), websocket_servers.websocket),
    Part("udp", "UDP",
         "Each sender has a datagram under way; one without an answer for 200 ms is lost.",
         (Workload("fifty", "50 senders", "datagrams", 50),
          Workload("large", "50 senders, 1200 B", "datagrams", 50, size=1200)),
         datagram_servers.datagrams),
    Part("tls", "TLS",
         "TLS 1.3 with AES-256-GCM, a P-256 certificate. nginx and HAProxy do more: they are "
         "proxies, so each message also goes on to an echo server in the clear and comes back "
         "from there, which is a second receive and a second send. That server's own time, on the "
         "other core, is not counted.",
         (Workload("fifty", "50 connections", "echo", 50, protocol="tls1.3"),
          Workload("pipelined", "50 x 16 in flight", "echo", 50, depth=16, protocol="tls1.3"),
          Workload("large", "50 x 16 KiB", "echo", 50, size=16384, protocol="tls1.3")),
         tls_servers.tls),
    Part("handshakes", "TLS handshakes",
         "Connect, handshake, one message, close; X25519, AES-256-GCM. Resumed ones continue an "
         "earlier session with a ticket. The proxies connect to the echo server for each too.",
         tuple(_handshake(version, key, resume) for version in ("1.3", "1.2")
               for key in ("ecdsa", "rsa") for resume in (False, True)),
         tls_servers.tls),
)
