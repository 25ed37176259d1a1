"""The rows of HOSTILE.md: each attack, the server it is played on, the memory it may cost."""

import dataclasses

KIB, MIB = 1 << 10, 1 << 20

# Limits of time are short, so that each is reached while it is looked at.
OPTIONS = ("--handshake-timeout", "2s", "--idle-timeout", "3s")
# What the pools of a server may keep besides that, and its allocator.
BESIDE = 4 * MIB
# Of one connection: its record, its coroutine's frame, what the backend knows of it.
CONNECTION = 4 * KIB
# Of one connection while something was read and is not yet handled.
READ = 64 * KIB
# Of one TLS connection, beside that (OpenSSL).
TLS = 96 * KIB
# Of the head of a request: HttpLimits.
HEAD = 24 * KIB
MESSAGE = 1 * MIB
LINE = 64 * KIB


@dataclasses.dataclass(frozen=True)
class Row:
    """One attack. `cost` is what each of `count` connections may take."""

    attack: str  # of the function in attacks.py
    title: str
    scheme: str
    does: str
    count: int
    cost: int
    cost_text: str
    options: tuple = ()
    files_max: int | None = None

    def memory_max(self, scale=1):
        """Gives the bytes by which the server may grow, with a part of the connections."""
        return int(self.count * scale) * self.cost + BESIDE

    @property
    def memory_text(self):
        """Gives in words why so many."""
        each = f"{self.cost // KIB:,} KiB ({self.cost_text})"
        return f"{self.count:,} x {each} and {BESIDE // MIB} MiB"


FRAMED = ("--framing", "line")
SMALL = ("--message-size", str(MESSAGE))
ROWS = (
    Row("slowloris", "slowloris", "ws", "Sends a byte of an endless head each 100 ms.",
        500, HEAD, "a head of HTTP at its limit"),
    Row("idle", "idle", "tcp", "Says nothing.", 2000, CONNECTION, "a connection"),
    Row("byte_by_byte", "byte by byte", "tcp", "Sends lines, each byte alone.",
        200, LINE, "a line at its limit", FRAMED),
    Row("half_open", "half-open", "tcp", "Says hello, then vanishes without a word.",
        1000, CONNECTION, "a connection"),
    Row("never_read", "never read, TCP", "tcp", "Sends without end, and reads nothing of the echo.",
        100, READ, "one read"),
    Row("never_read_tls", "never read, TLS", "tls", "The same inside TLS.",
        100, READ + TLS, "one read, and TLS"),
    Row("never_read_ws", "never read, WebSocket", "ws", "The same in messages of 64 KiB.",
        100, 3 * READ, "a read, a message, its echo"),
    Row("reset_storm", "reset storm of 20,000", "tcp",
        "Connects, sends a line every second time, and resets.", 500, CONNECTION,
        "a connection; so many at a time"),
    Row("connect_flood", "connect flood", "tcp",
        "3,000 connections where 500 may be; the system holds the others until it is their turn.",
        500, CONNECTION, "a connection", ("--max-connections", "500")),
    Row("connect_flood", "connect flood, one address", "tcp", "3,000 connections where 50 may be.",
        50, CONNECTION, "a connection", ("--max-per-address", "50")),
    Row("garbage", "garbage", "ws", "Sends 3,000 bytes that mean nothing, again and again.",
        50, HEAD, "a head of HTTP at its limit"),
    Row("garbage_any", "garbage, any://", "any", "The same where the server finds out what it is.",
        50, READ, "one read"),
    Row("long_line", "line of 256 MiB", "tcp", "Sends a line that does not end.",
        20, LINE + READ, "a line at its limit, and one read", FRAMED),
    Row("deflate_bomb", "deflate bomb", "ws",
        "Sends 256 KiB that unpack to 256 MiB. Messages are inflated 32 KiB at a time and the good "
        "client has its turn between, but the server is busy all the time, with messages up to "
        "their limit.",
        20, 2 * MESSAGE + 5 * READ, "a message at its limit, in memory that doubles, and what was "
        "sent", SMALL),
    Row("ping_flood", "ping flood", "ws", "Sends pings as fast as it can, and reads the pongs.",
        10, 2 * READ, "a read, and its pongs"),
    Row("ping_flood_unread", "ping flood, never read", "ws", "The same and reads nothing.",
        50, 2 * READ, "a read, and its pongs"),
    Row("tiny_fragments", "100,000 tiny fragments", "ws", "Sends messages of 100,000 frames.",
        5, 2 * MESSAGE, "a message at its limit, and its echo", SMALL),
    Row("endless_fragments", "endless fragments", "ws", "Sends a message that never ends.",
        5, 2 * MESSAGE, "a message at its limit, and its echo", SMALL),
    Row("tls_garbage", "TLS garbage", "tls", "Sends a record of random bytes.",
        50, READ + TLS, "one read, and TLS"),
    Row("handshake_flood", "TLS handshake flood", "tls",
        "Sends a hello that is good, and then a record of random bytes.",
        30, READ + TLS, "one read, and TLS"),
    Row("slow_hello", "slow TLS hello", "tls", "Sends a byte of its hello each 100 ms.",
        500, TLS, "a TLS handshake"),
    Row("renegotiation", "renegotiation", "tls", "Asks for new keys (openssl s_client -tls1_2).",
        5, READ + TLS, "one read, and TLS"),
    Row("header_flood", "header flood", "ws", "Sends fields of HTTP without end.",
        50, HEAD + READ, "a head of HTTP at its limit, and one read"),
    Row("connect_flood", "descriptors exhausted", "tcp",
        "3,000 connections where the system allows the server 100 descriptors.",
        100, CONNECTION, "a connection", files_max=100),
)

HEADER = """# Hostile clients

Written by `./dev hostile` on {date}: {rounds} rounds, {version}, {machine}, {cores} cores.

Each attack is played for {seconds} s on a fresh `bowline serve echo --threads 1 --quiet {options}`,
which also serves a client that behaves well: it sends a line of 64 bytes over TCP and waits for it,
250 times a second, before, during and after the attack. The server has a core of its own. The good
client has another; the attacker has that one while the good client sleeps, for a share of {share}
of each second at most.

Memory is the most by which resident memory grew (VmHWM) in any round, beside what the limits allow.
Descriptors are those before, the most, and after. p99 is the good client's, of the median round;
its ratio, the median of the rounds' (lowest to highest), may be {ratio}. "server's core" is the
share of a core that the server used. What it got is what the server did to each connection: a
status of HTTP, the code of a WebSocket's close or an alert of TLS where it sent one.
"""
