"""Who the PBX of the bed is for a browser."""

import subprocess
from pathlib import Path


def write_certificate(stem: Path, host: str) -> None:
    """Write `stem`.key and `stem`.pem, a certificate for which nobody vouches."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", f"/CN={host}"]
    command += ["-keyout", f"{stem}.key", "-out", f"{stem}.pem"]
    subprocess.run(command, check=True, capture_output=True)
