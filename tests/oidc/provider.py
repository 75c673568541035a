"""A real OpenID provider (the npm package `oidc-provider`, pinned beside this file) on loopback, for tests."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2

HERE = Path(__file__).parent
REDIRECT = "http://127.0.0.1:9/oidc/callback"
MISSING = "node and npm are needed for a real OpenID provider"


@dataclass(frozen=True)
class Provider:
    """Where it is, and the secret of its clients."""

    issuer: str
    secret: str
    process: subprocess.Popen[str]

    def groups(self, **of: list[str]) -> None:
        """From now on these people are in these groups."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(of) + "\n")
        self.process.stdin.flush()
        while (line := self.process.stdout.readline()) != "ok\n":  # its warnings come the same way
            assert line


def installed() -> Path | None:
    """The folder where the provider is installed, once per version, outside of the repository; None without npm."""
    if not (shutil.which("node") and shutil.which("npm")):
        return None
    lock = (HERE / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "avouch-tests" / f"oidc-{hashlib.sha256(lock).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        shutil.copy2(HERE / "provider.mjs", folder)
        if not (folder / "done").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy2(HERE / name, folder)
            words = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
            if subprocess.run(words, cwd=folder, check=False, timeout=300, stdout=subprocess.DEVNULL).returncode:
                return None
            (folder / "done").touch()
    return folder


@contextmanager
def provider(in_id_token: bool = False) -> Iterator[Provider | None]:
    """Run the provider; None where it cannot be installed. It ends with this process, whatever happens."""
    folder = installed()
    if folder is None:
        yield None
        return
    secret = secrets.token_hex(16)
    told = json.dumps({"redirect": REDIRECT, "secret": secret, "inIdToken": in_id_token})
    words = ["node", "provider.mjs", told]
    with subprocess.Popen(
        words, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        try:
            yield Provider(json.loads(process.stdout.readline())["issuer"], secret, process)
        finally:
            process.kill()


def person_signs_in(url: str, login: str) -> dict[str, str]:
    """What a person and their browser do: the login form, the consent; returns what comes back in the address."""
    with httpx2.Client(timeout=10, trust_env=False) as browser:
        answer = browser.get(url)
        for _ in range(12):
            if answer.is_redirect:
                to = str(answer.headers["location"])
                if to.startswith(REDIRECT):
                    return dict(parse_qsl(urlsplit(to).query))
                answer = browser.get(answer.url.join(to))
                continue
            action = re.search(r'action="([^"]+)"', answer.text)
            assert action, answer.text[:300]
            form = {"prompt": "login", "login": login, "password": "any"} if "login" in answer.text else {}
            if 'value="consent"' in answer.text:
                form = {"prompt": "consent"}
            answer = browser.post(answer.url.join(action[1]), data=form)
    raise AssertionError("the provider never sent the browser back")
