"""Publishing over SFTP to a real sshd, and to S3 as moto's server speaks it."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from plans.publish import publish
from plans.verify import verify
from planspec.errors import CannotTell
from release_fixtures import needs_publish, tiny_release, tree
from test_publish import run

needs_publish()


@dataclass
class Server:
    """A place to publish to: the start of its URLs, what a process needs to reach it, and the folder behind it."""

    url: str
    environment: dict[str, str]
    folder: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            pytest.skip(f"the server does not start: {process.stderr.read().decode()[-300:] if process.stderr else ''}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the server does not answer")


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An sshd on the loopback with keys of its own, trusted by a known_hosts of its own."""
    pytest.importorskip("paramiko", reason="paramiko is not installed (extra publish)")
    program = shutil.which("sshd") or next(
        (p for p in ("/usr/sbin/sshd", "/usr/local/sbin/sshd") if Path(p).exists()), None
    )
    if program is None or shutil.which("ssh-keygen") is None:
        pytest.skip("sshd is not installed (Debian: openssh-server)")
    folder, port = tmp_path_factory.mktemp("sshd"), free_port()
    ssh = folder / "home" / ".ssh"
    ssh.mkdir(parents=True)
    for key in (folder / "host", ssh / "id_ed25519"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    shutil.copy(ssh / "id_ed25519.pub", folder / "authorized")
    (ssh / "known_hosts").write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text()}")
    settings = {
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "authorized",
        "PidFile": folder / "pid",
        "ListenAddress": "127.0.0.1",
        "StrictModes": "no",
        "PasswordAuthentication": "no",
        "PermitRootLogin": "yes",
        "Subsystem": "sftp internal-sftp",
    }
    (folder / "config").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    server = subprocess.Popen(
        [program, "-D", "-e", "-f", str(folder / "config"), "-p", str(port)], stderr=subprocess.PIPE
    )
    wait_for(port, server)
    environment = {
        "HOME": str(folder / "home"),
        "FSSPEC_SFTP_KEY_FILENAME": str(ssh / "id_ed25519"),
        "SSH_AUTH_SOCK": "",
    }
    (folder / "srv").mkdir()
    yield Server(f"sftp://{getpass.getuser()}@127.0.0.1:{port}{folder}/srv", environment, folder / "srv")
    server.terminate()
    server.wait()


@pytest.fixture
def here(sshd: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The sshd, reachable from this process too."""
    import fsspec.config

    for name, value in sshd.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(fsspec.config.conf, "sftp", {"key_filename": sshd.environment["FSSPEC_SFTP_KEY_FILENAME"]})
    return sshd


def test_sftp_publishes_and_verifies(here: Server, tmp_path: Path) -> None:
    dist = tiny_release(tmp_path / "dist")
    publish(dist, str(tmp_path / "local"))
    assert publish(dist, f"{here.url}/whole").refused == []
    assert tree(here.folder / "whole") == tree(tmp_path / "local")
    assert "already published" in publish(dist, f"{here.url}/whole").lines[0]
    other = publish(tiny_release(tmp_path / "other", word="b"), f"{here.url}/whole")
    assert "data/small.csv" in other.refused[0]
    (here.folder / "whole" / "0.1.0" / "data" / "small.csv").write_text("word\nz\n")
    assert [fault.file for fault in verify(f"{here.url}/whole/0.1.0").faults if fault.file.endswith("small.csv")]


def test_sftp_refuses_a_host_that_ssh_does_not_know(here: Server, tmp_path: Path) -> None:
    known = Path(os.environ["HOME"]) / ".ssh" / "known_hosts"
    kept = known.read_text()
    known.write_text("")
    try:
        with pytest.raises(CannotTell, match="not among the known hosts"):
            publish(tiny_release(tmp_path / "dist"), f"{here.url}/unknown")
    finally:
        known.write_text(kept)
    assert not (here.folder / "unknown").exists()


def test_sftp_lets_one_of_two_writers_create_a_file(here: Server) -> None:
    from plans.stores import writable

    first, second = (writable(f"{here.url}/exclusive", "0.1.0") for _ in range(2))
    assert first.create("claim", b"one")
    assert not second.create("claim", b"two")
    assert (here.folder / "exclusive" / "claim").read_bytes() == b"one"
    second.replace("claim", b"three")
    assert tree(here.folder / "exclusive") == {"claim": b"three"}


@pytest.mark.parametrize(("how", "points"), [("step", [*range(1, 9)]), ("after", [3, 10, 20, 30, 45, 60])])
def test_sftp_killed_and_run_again(sshd: Server, tmp_path: Path, how: str, points: list[int]) -> None:
    """At every write of the publisher; and wherever a clock strikes, in the middle of a transfer too."""
    dist, folder = tiny_release(tmp_path / "dist"), sshd.folder / how
    publish(dist, str(tmp_path / "local"))
    places = [str(folder / str(point)) for point in points]
    urls = [f"{sshd.url}/{how}/{point}" for point in points]
    task = {"how": how, "dist": str(dist), "urls": urls, "places": places, "points": points}
    report = run({"kills": task}, **sshd.environment)
    if how == "step":
        assert [entry["first"] for entry in report] == [-9] * 7 + [0]
    for place, entry in zip(places, report, strict=True):
        assert (entry["half"], entry["again"]) == ([], 0), entry
        assert tree(Path(place)) == tree(tmp_path / "local"), entry


# S3


@dataclass
class Bucket:
    """moto's server, a bucket in it, and what a process needs to reach it."""

    url: str
    environment: dict[str, str]

    def tree(self, under: str) -> dict[str, bytes]:
        """Every object below a prefix, as a plain S3 client sees it."""
        import boto3

        client = boto3.client("s3", endpoint_url=self.environment["FSSPEC_S3_ENDPOINT_URL"], region_name="us-east-1")
        listed = client.list_objects_v2(Bucket="plans", Prefix=f"{under}/").get("Contents", [])
        return {
            o["Key"].removeprefix(f"{under}/"): client.get_object(Bucket="plans", Key=o["Key"])["Body"].read()
            for o in listed
        }


@pytest.fixture(scope="module")
def moto() -> Iterator[Bucket]:
    pytest.importorskip("s3fs", reason="s3fs is not installed (extra publish)")
    server_module = pytest.importorskip("moto.server", reason="moto is not installed (extra dev)")
    import boto3

    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "FSSPEC_S3_ENDPOINT_URL": f"http://{host}:{port}",
    }
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    boto3.client(
        "s3", endpoint_url=environment["FSSPEC_S3_ENDPOINT_URL"], region_name="us-east-1", **keys
    ).create_bucket(Bucket="plans")
    yield Bucket("s3://plans", environment)
    server.stop()


@pytest.fixture
def bucket(moto: Bucket, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    import fsspec.config

    for name, value in moto.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(fsspec.config.conf, "s3", {"endpoint_url": moto.environment["FSSPEC_S3_ENDPOINT_URL"]})
    return moto


def test_s3_publishes_refuses_and_verifies(bucket: Bucket, tmp_path: Path) -> None:
    dist = tiny_release(tmp_path / "dist")
    publish(dist, str(tmp_path / "local"))
    assert publish(dist, f"{bucket.url}/whole").refused == []
    assert bucket.tree("whole") == tree(tmp_path / "local")
    assert "already published" in publish(dist, f"{bucket.url}/whole").lines[0]
    assert "data/small.csv" in publish(tiny_release(tmp_path / "other", word="b"), f"{bucket.url}/whole").refused[0]
    assert publish(tiny_release(tmp_path / "next", "0.2.0"), f"{bucket.url}/whole").refused == []
    publish(tmp_path / "next", str(tmp_path / "local"))
    assert bucket.tree("whole") == tree(tmp_path / "local")


def test_s3_lets_one_of_two_writers_create_an_object(bucket: Bucket) -> None:
    from plans.stores import writable

    first, second = (writable(f"{bucket.url}/exclusive", "0.1.0") for _ in range(2))
    assert first.create("claim", b"one")
    assert not second.create("claim", b"two")
    assert bucket.tree("exclusive") == {"claim": b"one"}


def test_s3_killed_at_every_step(bucket: Bucket, tmp_path: Path) -> None:
    dist, points = tiny_release(tmp_path / "dist"), [*range(1, 8)]
    publish(dist, str(tmp_path / "local"))
    task = {
        "how": "step",
        "dist": str(dist),
        "urls": [f"{bucket.url}/step-{p}" for p in points],
        "places": [""] * len(points),
        "points": points,
    }
    report = run({"kills": task}, **bucket.environment)
    assert [entry["first"] for entry in report] == [-9] * 7
    assert {entry["again"] for entry in report} == {0}
    for point in points:
        assert bucket.tree(f"step-{point}") == tree(tmp_path / "local")


def test_s3_bucket_that_is_not_there(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(CannotTell, match="s3://no-such-bucket"):
        publish(tiny_release(tmp_path / "dist"), "s3://no-such-bucket/plans")
