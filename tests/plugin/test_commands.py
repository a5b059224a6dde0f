"""Commands get exactly the input and environment they are given, and all that they print comes back."""

import os
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from tests.plugin.plugin import Plugin, Properties, to_dict, to_struct
from tests.plugin.ssh_servers import SshServers

LOCAL, REMOTE = "command:local:Command", "command:remote:Command"
MIB = 1024 * 1024
UNICODE = "etcd 集群 – naïve café 🚀"
SCRIPT = """set -eu
greet() {
  printf '%s\\n' "hello $1"
}
for name in one "t w o"; do
  greet "$name"
done
cat <<'END'
  $literal "quoted" \\backslash
END
"""


@pytest.fixture(params=[LOCAL, REMOTE])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def where(kind: str, servers: SshServers) -> Properties:
    return {"connection": servers.connection(servers.first)} if kind == REMOTE else {}


def test_runs_a_script_of_many_lines(plugin: Plugin, kind: str, where: Properties) -> None:
    printed = plugin.create(kind, {"create": SCRIPT, **where})["stdout"]
    assert printed == 'hello one\nhello t w o\n  $literal "quoted" \\backslash'


def test_feeds_a_script_by_stdin(plugin: Plugin, kind: str, where: Properties) -> None:
    assert plugin.create(kind, {"create": "sh -s a", "stdin": 'echo "$1"\necho b', **where})["stdout"] == "a\nb"


def test_keeps_unicode(plugin: Plugin, kind: str, where: Properties) -> None:
    inputs = {"create": f"cat; printf '%s' '{UNICODE}' >&2", "stdin": UNICODE, **where}
    outputs = plugin.create(kind, inputs)
    assert (outputs["stdout"], outputs["stderr"]) == (UNICODE, UNICODE)


@pytest.mark.parametrize("stdin", [None, ""])
def test_without_stdin_a_command_reads_end_of_file(plugin: Plugin, kind: str, where: Properties, stdin: str) -> None:
    given = {} if stdin is None else {"stdin": stdin}
    assert plugin.create(kind, {"create": "cat; echo done", **given, **where})["stdout"] == "done"


def test_a_mebibyte_goes_in_and_comes_back(plugin: Plugin, kind: str, where: Properties) -> None:
    stdin = "".join(f"{number:063d}\n" for number in range(MIB // 64))
    outputs = plugin.create(kind, {"create": "cat", "stdin": stdin, "logging": "none", **where})
    assert outputs["stdout"] == stdin.removesuffix("\n")


def test_a_command_need_not_read_its_input(plugin: Plugin, kind: str, where: Properties) -> None:
    assert plugin.create(kind, {"create": "echo early", "stdin": "x" * MIB, **where})["stdout"] == "early"


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_one_line_of_a_mebibyte_does_not_hang(plugin: Plugin, kind: str, where: Properties, stream: str) -> None:
    to = ">&2" if stream == "stderr" else ""
    outputs = plugin.create(kind, {"create": f"head -c {MIB} /dev/zero | tr '\\0' x {to}", **where})
    assert outputs[stream] == "x" * MIB


def test_only_one_newline_is_taken_off(plugin: Plugin, kind: str, where: Properties) -> None:
    assert plugin.create(kind, {"create": "printf ' a\\n\\n'", **where})["stdout"] == " a\n"


@pytest.mark.parametrize(
    ("logging", "logged"),
    [(None, {"to-out", "to-err"}), ("stdout", {"to-out"}), ("stderr", {"to-err"}), ("none", set())],
)
def test_logs_what_is_asked_for(
    plugin: Plugin, kind: str, where: Properties, logging: str | None, logged: set[str]
) -> None:
    name = f"logging-{kind}-{logging}".replace(":", "-")
    chosen = {"logging": logging} if logging else {}
    plugin.create(kind, {"create": "echo to-out; printf to-err >&2", **chosen, **where}, name=name)
    assert set(plugin.engine.messages(name).splitlines()) == logged


def test_secrets_are_logged_nowhere(plugin: Plugin, servers: SshServers) -> None:
    secret = "s3cr3t-of-the-test"
    key = servers.private_key.splitlines()[1]
    inputs = {
        "create": "cat >/dev/null; echo visible",
        "stdin": secret,
        "connection": servers.connection(servers.first),
    }
    plugin.create(REMOTE, inputs, name="quiet")
    plugin.create(REMOTE, {**inputs, "create": "cat", "logging": "none"}, name="quiet")
    failure = plugin.create_error(REMOTE, {**inputs, "create": "cat >/dev/null; exit 1"}, name="quiet")
    everything = failure + "".join(request.message for request in plugin.engine.logged)
    assert "visible" in everything
    assert secret not in everything
    assert key not in everything


def test_previous_output_can_be_kept_out_of_the_environment(plugin: Plugin) -> None:
    inputs = {"create": "echo one", "update": 'echo "prev=$PULUMI_COMMAND_STDOUT"', "addPreviousOutputInEnv": False}
    state = plugin.create(LOCAL, inputs)
    news = plugin.checked(LOCAL, {**inputs, "stdin": "changed"})
    request = provider_pb2.UpdateRequest(id="x", urn=f"u::s::{LOCAL}::x", olds=to_struct(state), news=news)
    assert to_dict(plugin.stub.Update(request).properties)["stdout"] == "prev="


def test_a_refused_variable_is_explained(plugin: Plugin, servers: SshServers) -> None:
    inputs = {"create": "true", "environment": {"A": "1"}, "connection": servers.connection(servers.first)}
    plugin.create_error(REMOTE, inputs, name="refused")
    assert "Unable to set 'A'" in plugin.engine.messages("refused")


def test_an_accepted_variable_arrives(plugin: Plugin, servers: SshServers) -> None:
    inputs = {"create": "echo $LC_TEST", "environment": {"LC_TEST": UNICODE}}
    assert plugin.create(REMOTE, {**inputs, "connection": servers.connection(servers.first)})["stdout"] == UNICODE


def test_local_commands_take_a_directory_and_an_interpreter(plugin: Plugin, tmp_path: os.PathLike[str]) -> None:
    inputs = {"create": "import os; print(os.getcwd())", "interpreter": ["python3", "-c"], "dir": str(tmp_path)}
    assert plugin.create(LOCAL, inputs)["stdout"] == str(tmp_path)


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"dir": "/nowhere"}, "chdir /nowhere: no such file or directory"),
        ({"interpreter": ["/no/sh"]}, "fork/exec /no/sh: no such file or directory"),
        ({"interpreter": ["no-sh"]}, 'exec: "no-sh": executable file not found in $PATH'),
    ],
)
def test_says_why_a_local_command_did_not_start(plugin: Plugin, inputs: Properties, reason: str) -> None:
    assert plugin.create_error(LOCAL, {"create": "true", **inputs}) == f'{reason}: running "true":\n'


def test_death_by_signal_is_told(plugin: Plugin, servers: SshServers) -> None:
    assert plugin.create_error(LOCAL, {"create": "kill -9 $$"}).startswith("signal: killed: running")
    inputs = {"create": "kill -9 $$", "connection": servers.connection(servers.first)}
    assert plugin.create_error(REMOTE, inputs).startswith("Process exited with status 137 from signal KILL: running")


def test_eight_commands_run_at_once(plugin: Plugin, servers: SshServers) -> None:
    """Each waits until all eight are there, so that none could end if they ran one after the other."""
    command = (
        "mkdir -p /tmp/meet; touch /tmp/meet/$$; until [ $(ls /tmp/meet | wc -l) = 8 ]; do sleep 0.05; done; echo met"
    )
    inputs = {"create": f"timeout 20 sh -c '{command}'", "connection": servers.connection(servers.first)}
    with ThreadPoolExecutor(8) as pool:
        runs = [pool.submit(plugin.create, REMOTE, inputs, f"at-once-{number}") for number in range(8)]
        assert [run.result()["stdout"] for run in runs] == ["met"] * 8


def test_the_function_runs_a_command(plugin: Plugin) -> None:
    args = to_struct({"command": "cat; echo err >&2", "stdin": "in"})
    answer = to_dict(
        getattr(plugin.stub.Invoke(provider_pb2.InvokeRequest(tok="command:local:run", args=args)), "return")
    )
    assert answer == {"command": "cat; echo err >&2", "stdin": "in", "stdout": "in", "stderr": "err"}


def test_what_is_left_out_is_refused_by_name(plugin: Plugin) -> None:
    failures = plugin.check(LOCAL, {"create": "true", "assetPaths": ["*"]}).failures
    assert [failure.property for failure in failures] == ["assetPaths"]
    with pytest.raises(grpc.RpcError, match="command:remote:CopyFile"):
        plugin.check("command:remote:CopyFile", {})


def test_a_command_that_ends_at_once_reports_its_own_failure(plugin: Plugin, servers: SshServers) -> None:
    """Not the broken pipe of the input that nobody reads: many at once, so that some end before it is written."""
    inputs = {"create": "exit 3", "stdin": "x" * MIB, "connection": servers.connection(servers.first)}
    with ThreadPoolExecutor(8) as pool:
        errors = list(pool.map(lambda _: plugin.create_error(REMOTE, inputs), range(24)))
    assert set(errors) == {'Process exited with status 3: running "exit 3":\n'}
