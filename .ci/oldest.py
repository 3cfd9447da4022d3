"""pyproject.toml and constraints.txt -> on stdout the constraints that pin each library we depend on at its oldest allowed version.

The tools that run the tests stay as they are pinned. What our libraries need themselves is left to them: an old one may want an old one.
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
AT_LEAST = re.compile(r"([\w.-]+)(?:\[[^]]*\])?>=([\w.]+)$")


def name_of(line: str) -> str:
    """As pip compares names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[=<>\[ ]", line)[0]).lower()


def oldest() -> dict[str, str]:
    """The lower bound of every dependency, by its name. One without a bound is a mistake."""
    found = {}
    for line in PROJECT["dependencies"]:
        bound = AT_LEAST.match(line)
        if bound is None:
            raise SystemExit(f"pyproject.toml: `{line}` states no oldest version; write it as `name>=1.2`")
        found[name_of(line)] = f"{bound[1]}=={bound[2]}"
    return found


def main() -> None:
    pins = oldest()
    tools = {name_of(line) for line in PROJECT["optional-dependencies"]["dev"]}
    pinned = (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8").split()
    print("\n".join([*pins.values(), *(line for line in pinned if name_of(line) in tools)]))


if __name__ == "__main__":
    main()
