"""The servers that echo over TLS, and the certificates that they show."""

import pathlib
import shutil
import subprocess

from measure import certificate
from servers import Server, bowline, built, package_version

NGINX_STREAM = pathlib.Path("/usr/lib/nginx/modules/ngx_stream_module.so")
KEYS = {"ecdsa": ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), "rsa": ("rsa:2048",)}


def tls(build):
    """Gives every server there could be, those that can't run here with the reason."""
    make_certificates(build)
    programs = pathlib.Path(build).resolve() / "bin"
    asio = built(programs, "asio", "Asio, callbacks", "peer", "asio_tls", "libasio-dev")
    asio.command.append("$certificate")
    shown = ("--cert", "$certificate", "--key", "$certificate")
    return [*bowline(build, "tls", *shown), asio, _nginx(), _haproxy()]


def make_certificates(build):
    """Makes a certificate with each kind of key, where there is none yet."""
    for name, key in KEYS.items():
        path = certificate(build, name)
        if path.exists():
            continue
        path.parent.mkdir(exist_ok=True)
        made = ["openssl", "req", "-x509", "-nodes", "-days", "3650", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost", "-newkey", *key, "-keyout", "-"]
        found = subprocess.run(made, check=True, capture_output=True)
        path.write_bytes(found.stdout)


def _nginx():
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    here = program and NGINX_STREAM.exists()
    return Server("nginx", "nginx, as a proxy", "peer", [program, "-e", "stderr", "-c"],
                  package_version("nginx"), "" if here else "needs nginx, libnginx-mod-stream",
                  "nginx.conf")


def _haproxy():
    program = shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    return Server("haproxy", "HAProxy, as a proxy", "peer", [program, "-q", "-db", "-f"],
                  package_version("haproxy"), "" if program else "needs haproxy", "haproxy.cfg")
