"""nginx in front of several servers: who is served by whom, also when one is gone."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SHUT_RDWR

import httpx2 as httpx
import pytest

from scripts.replicas import NoProxyError, configuration, name_of, nginx, proxy
from tests.machine import there
from tests.running_app import PROJECT, free_port, processes_below

COUNT = 3
COOKIE = "primer_replica"


class Server(ThreadingHTTPServer):
    """A small server that says its name, and counts what it was asked to do."""

    daemon_threads = True
    request_queue_size = 100

    def __init__(self, name: str, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Answering)
        self.name = name
        self.done: list[str] = []
        self.dies = False

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def end(self) -> None:
        self.shutdown()
        self.server_close()


class Answering(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.done.append(body)
        self.answer()

    def answer(self) -> None:
        if self.server.dies:
            self.connection.shutdown(SHUT_RDWR)
            return
        content = f"{self.server.name} {self.headers['Host']} {self.headers['Connection']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called
        pass


@pytest.fixture
def need_nginx() -> None:
    """Skip where there is no nginx; where CI is set, fail."""
    there(nginx, NoProxyError)


Room = tuple[list[Server], str]


@pytest.fixture
def room(need_nginx: None) -> Iterator[Room]:  # noqa: ARG001 - it skips
    """Three servers, and the address of the proxy in front of them."""
    with ExitStack() as stack:
        servers = [Server(name_of(place)) for place in range(COUNT)]
        for server in servers:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
            stack.callback(server.end)
        listen = f"127.0.0.1:{free_port()}"
        stack.enter_context(proxy([server.address for server in servers], listen))
        yield servers, f"http://{listen}"


def who(answer: httpx.Response) -> str:
    """Which server has answered; it says so itself, and the proxy says the same."""
    assert answer.status_code == 200, answer.text
    said = answer.text.split()[0]
    assert answer.headers["x-replica"] == said
    return said


def browser(url: str) -> httpx.Client:
    """A browser without what TLS would take, which is most of the time that one takes to be made."""
    return httpx.Client(base_url=url, verify=False, trust_env=False)


def with_client(room: Room, test: Callable[[httpx.Client], None], count: int = 1) -> None:
    for _ in range(count):
        with browser(room[1]) as client:
            test(client)


def test_a_browser_stays_with_its_server_and_browsers_are_shared_out(room: Room) -> None:
    seen: dict[str, int] = {}

    def test(client: httpx.Client) -> None:
        first = who(client.get("/"))
        assert client.cookies[COOKIE].startswith(f"{first}.")
        seen[first] = seen.get(first, 0) + 1
        for path in ("/broadcasting", "/_stcore/stream", "/media/x", "/api/lessons/einsum"):
            answer = client.get(path)
            assert who(answer) == first
            assert "set-cookie" not in answer.headers
        assert who(client.post("/api/run", content="x")) == first

    with_client(room, test, 60)
    assert set(seen) == {"r1", "r2", "r3"}
    assert all(8 <= count <= 36 for count in seen.values()), "sixty browsers, by chance"


def test_a_cookie_that_is_no_cookie_is_replaced(room: Room) -> None:
    for strange in ("r9." + "0" * 32, "r1", "r1.zz", "r1." + "0" * 31, "'; drop", "r2." + "0" * 33):
        with browser(room[1]) as client:
            answer = client.get("/", headers={"Cookie": f"{COOKIE}={strange}"})
        told = answer.headers.get("set-cookie", "")
        assert re.match(f"{COOKIE}={who(answer)}\\.[0-9a-f]{{32}}; ", told), strange


def test_browsers_of_a_server_that_is_gone_go_to_one_of_the_others_and_stay(room: Room) -> None:
    servers, url = room
    gone = servers[0]
    clients: list[httpx.Client] = []
    while len(clients) < 12:
        client = browser(url)
        if who(client.get("/")) == gone.name:
            clients.append(client)
        else:
            client.close()
    address = gone.server_address
    gone.end()
    new_homes = []
    for client in clients:
        former = client.cookies[COOKIE]
        new = who(client.post("/api", content="what was typed"))
        new_homes.append(new)
        # A tab that did not hear of it yet comes to the same one.
        with browser(url) as other_tab:
            assert who(other_tab.get("/", headers={"Cookie": f"{COOKIE}={former}"})) == new
        assert client.cookies[COOKIE] == f"{new}.{former.partition('.')[2]}"
        assert who(client.get("/")) == new
    assert set(new_homes) == {"r2", "r3"}
    assert sum(len(server.done) for server in servers) == 12, "each was done once"
    back = Server(gone.name, address[1])
    threading.Thread(target=back.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    assert [who(client.get("/")) for client in clients] == new_homes, "nobody is called back"
    back.end()
    for client in clients:
        client.close()


def test_what_a_server_may_have_done_before_it_was_gone_is_not_done_again(room: Room) -> None:
    servers, url = room
    with browser(url) as client:
        first = who(client.get("/"))
        (server,) = [each for each in servers if each.name == first]
        server.dies = True
        assert client.post("/api/teach", content="start a run").status_code == 502
        assert sum(len(each.done) for each in servers) == 1
        assert who(client.get("/")) != first, "what is only read is asked of another"


def test_where_no_server_is_left_it_says_so(room: Room) -> None:
    servers, url = room
    with browser(url) as client:
        client.get("/")
        for server in servers:
            server.socket.close()
        answer = client.get("/")
    assert answer.status_code == 503
    assert "Load the page again" in answer.text
    assert "set-cookie" not in answer.headers


def test_the_page_of_a_run_brings_its_reader_to_the_server_of_that_run(room: Room) -> None:
    url = room[1]
    with browser(url) as client:
        who(client.get("/"))
        text = client.cookies[COOKIE].partition(".")[2]
        for name in ("r1", "r2", "r3"):
            answer = client.get(f"/replicas/{name}/live_training?run=abc&desk=d%20e")
            assert (answer.status_code, answer.headers["location"]) == (302, "/live_training?run=abc&desk=d%20e")
            assert client.cookies[COOKIE] == f"{name}.{text}", "it is the same browser still"
            assert who(client.get("/live_training?run=abc")) == name
        for hostile in ("//elsewhere.example", "/%2Felsewhere.example", "/\\elsewhere.example", "/a%0d%0aX: y", "/a/b"):
            answer = client.get(f"/replicas/r1/{hostile[1:]}")
            assert not answer.headers.get("location", "/").startswith(("//", "/\\", "http")), hostile
            assert "x" not in answer.headers


def test_what_only_the_operator_is_to_read_stays_inside(room: Room) -> None:
    for path in (
        "/metrics",
        "/_stcore/metrics",
        "//metrics",
        "/%6Detrics",
        "/./metrics",
        "/x/../metrics",
        "/metrics?a",
    ):
        with browser(room[1]) as client:
            assert client.get(f"{room[1]}{path}").status_code == 404, path


def test_bodies_of_the_size_that_pages_send_pass(room: Room) -> None:
    servers, url = room
    body = "7" * 5_000_000
    with browser(url) as client:
        assert who(client.post("/", content=body)) in ("r1", "r2", "r3")
    assert [len(done) for server in servers for done in server.done] == [5_000_000]


def test_an_address_as_long_as_a_server_takes_passes(room: Room) -> None:
    _, url = room
    with browser(url) as client:
        assert who(client.get(f"/views?a={'7' * 60_000}")) in ("r1", "r2", "r3")


def test_one_server_alone_is_a_room_too(need_nginx: None) -> None:  # noqa: ARG001 - it skips
    server = Server("r1")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    listen = f"127.0.0.1:{free_port()}"
    with proxy([server.address], listen), browser(f"http://{listen}") as client:
        assert who(client.get("/")) == "r1"
    server.end()


def test_the_addresses_of_compose_are_those_of_its_servers_in_their_order() -> None:
    text = (PROJECT / "compose.yaml").read_text(encoding="utf-8")
    servers = re.findall(r"PRIMER_REPLICA: (r\d+).*\n.*ipv4_address: ([\d.]+)", text)
    before = text.partition("--before ")[2].partition("\n")[0].split()
    assert before == [f"{address}:8501" for _, address in servers]
    assert [name for name, _ in servers] == [name_of(place) for place in range(len(servers))]
    assert all(f"server {each} " in configuration(before, "0.0.0.0:8501") for each in before)


@pytest.mark.parametrize("wrong", [[], ["a-name:80"], ["127.0.0.1"], ["1.2.3.4:80; } evil"], ["1.2.3.4:80\n"]])
def test_an_address_that_is_none_is_refused(wrong: list[str]) -> None:
    with pytest.raises(ValueError, match="Expected"):
        configuration(wrong, "127.0.0.1:8501")


def test_a_proxy_that_cannot_listen_says_so(need_nginx: None, capfd: pytest.CaptureFixture[str]) -> None:  # noqa: ARG001 - it skips
    with (
        Server("in the way") as taken,
        pytest.raises(NoProxyError, match="exit code"),
        proxy(["127.0.0.1:9"], taken.address),
    ):
        pass
    assert "Address already in use" in capfd.readouterr().err


@pytest.mark.long
def test_what_is_killed_is_started_anew_and_nothing_is_left_at_the_end(need_nginx: None, tmp_path: Path) -> None:  # noqa: ARG001 - it skips
    port = free_port()
    command = [sys.executable, "-m", "scripts.replicas", "--count", "2", "--port", str(port)]
    environment = {**os.environ, "PRIMER_RUNS": str(tmp_path)}
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        assert "stands for" in started.stdout.readline()
        family = processes_below(started.pid)
        for program, told in (("streamlit", "The server r"), ("nginx: master", "nginx has ended")):
            victim = next(pid for pid in family if program in command_of(pid))
            os.kill(victim, signal.SIGKILL)
            assert told in started.stdout.readline()
            deadline = time.monotonic() + 60
            while True:
                with suppress(httpx.HTTPError), browser(f"http://127.0.0.1:{port}") as client:
                    if all(client.get("/healthz").json() == {"status": "ok"} for _ in range(3)):
                        break
                assert time.monotonic() < deadline
                time.sleep(0.1)
        started.terminate()
        family = sorted({*family, *processes_below(started.pid)})
        started.communicate(timeout=60)
    deadline = time.monotonic() + 30
    while any(command_of(pid) for pid in family):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def command_of(pid: int) -> str:
    """The command line of a process; empty where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").replace("\0", " ")
    except OSError:
        return ""
