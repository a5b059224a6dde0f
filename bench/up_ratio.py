"""How much `pulumi up` costs over doing the same by hand: from booted machines to a healthy cluster.

    ./sandbox/run python bench/up_ratio.py --rounds 5

Both start from the same machines, wiped to what they were after booting (reset.sh), and take turns. By hand is
by_hand.sh. For Pulumi, all that is not AWS or login is first dropped from the state, so that `up` makes certificates
and configures machines as the first `up` does. "In work" is the time from the first change to the last; the rest is
the start of the engine and the program, and the refresh of the AWS resources. The cluster that is left is Pulumi's.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
BENCH = CHECKOUT / "bench"
# Made again in each round: certificates, the record of the bootstrap, and everything done on machines.
CONFIGURATION = ("command:", "pulumi:index:Stash")
CERTIFICATES = "etcd-aws:etcd:Certificates$"


@dataclass(frozen=True)
class Up:
    total_seconds: float
    work_seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    if not os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://127.0.0.1:"):
        sys.exit("This wipes disks and runs only inside the sandbox: ./sandbox/run python bench/up_ratio.py")
    members = json.loads(run("pulumi", "stack", "output", "members", "--json"))
    release = [run("pulumi", "config", "get", f"etcd:{key}").strip() for key in ("releaseFile", "releaseSha256")]
    hand: list[float] = []
    ups: list[Up] = []
    print("round  by hand  pulumi up  of it in work")
    for number in range(1, rounds + 1):
        reset(members)
        hand.append(by_hand(release, members))
        reset(members)
        forget()
        ups.append(up())
        print(
            f"{number:>5}  {hand[-1]:>5.1f} s  {ups[-1].total_seconds:>7.1f} s  {ups[-1].work_seconds:>11.1f} s",
            flush=True,
        )
    base = statistics.median(hand)
    work, total = (
        statistics.median(getattr(each, field) for each in ups) for field in ("work_seconds", "total_seconds")
    )
    print(f"median: by hand {base:.1f} s; pulumi up in work {work:.1f} s, ratio {work / base:.2f}; ", end="")
    print(f"with the start of engine and program and the refresh {total:.1f} s, ratio {total / base:.2f}")


def run(*command: str) -> str:
    done = subprocess.run(command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def reset(members: list[dict[str, Any]]) -> None:
    run(str(BENCH / "reset.sh"), *(member["name"] for member in members))


def by_hand(release: list[str], members: list[dict[str, Any]]) -> float:
    start = time.monotonic()
    run(str(BENCH / "by_hand.sh"), *release, *(f"{member['name']}={member['address']}" for member in members))
    return time.monotonic() - start


def forget() -> None:
    """Drops from the state what `up` shall make again."""
    state = json.loads(run("pulumi", "stack", "export"))
    resources = state["deployment"]["resources"]
    gone = {each["urn"] for each in resources if is_forgotten(each)}
    state["deployment"]["resources"] = [without(each, gone) for each in resources if each["urn"] not in gone]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:  # created with mode 0600
        json.dump(state, file)
        file.flush()
        run("pulumi", "stack", "import", "--file", file.name)


def is_forgotten(resource: dict[str, Any]) -> bool:
    return resource["type"].startswith(CONFIGURATION) or (resource["custom"] and CERTIFICATES in resource["urn"])


def without(resource: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    """The resource with no mention of what is gone."""
    by_property = resource.get("propertyDependencies") or {}
    return {
        **resource,
        "dependencies": [urn for urn in resource.get("dependencies") or [] if urn not in gone],
        "propertyDependencies": {
            key: [urn for urn in urns or [] if urn not in gone] for key, urns in by_property.items()
        },
    }


def up() -> Up:
    command = ["pulumi", "up", "--skip-preview", "--yes", "--non-interactive", "--json"]
    start = time.monotonic()
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        first, last, errors = follow(process)
    total = time.monotonic() - start
    if process.returncode != 0:
        sys.exit("pulumi up failed:\n" + "\n".join(errors))
    return Up(total, last - first)


def follow(process: subprocess.Popen[str]) -> tuple[float, float, list[str]]:
    """When the first creation began and the last one ended, and what was said to be wrong."""
    first, last, errors = 0.0, 0.0, list[str]()
    for line in process.stdout or []:
        event = json.loads(line)
        diagnostic = event.get("diagnosticEvent", {})
        if diagnostic.get("severity") == "error":
            errors.append(diagnostic["message"])
        if is_creation(event.get("resourcePreEvent")):
            first = first or time.monotonic()
        if is_creation(event.get("resOutputsEvent")):
            last = time.monotonic()
    return first, last, errors


def is_creation(event: dict[str, Any] | None) -> bool:
    return bool(event) and event is not None and event["metadata"]["op"] == "create"


if __name__ == "__main__":
    main()
