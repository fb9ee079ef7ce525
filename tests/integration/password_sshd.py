"""An SSH server (asyncssh) that takes passwords, which sshd does for users of the system only: password_sshd.py DIRECTORY WAYS

DIRECTORY has a host_key. WAYS, separated by commas: password, keyboard-interactive, second-factor (the same with one prompt more). The user is
"someone", the password "open sesame". Prints one JSON line, {"port": ...}, and serves this machine's files by SFTP until SIGTERM; each attempt to log in is a
line on standard error.
"""
import asyncio
import json
import pathlib
import sys

import asyncssh

PASSWORD = "open sesame"


class Server(asyncssh.SSHServer):
    ways = ()

    def _note(self, way, good):
        print(f"{way}: {'accepted' if good else 'refused'}", file=sys.stderr, flush=True)
        return good

    def begin_auth(self, username):
        return True

    def public_key_auth_supported(self):
        return False

    def password_auth_supported(self):
        return "password" in self.ways

    def validate_password(self, username, password):
        return self._note("password", username == "someone" and password == PASSWORD)

    def kbdint_auth_supported(self):
        return "keyboard-interactive" in self.ways or "second-factor" in self.ways

    def get_kbdint_challenge(self, username, lang, submethods):
        prompts = [("Password: ", False)]
        if "second-factor" in self.ways:
            prompts.append(("Verification code: ", True))
        return "", "", "", prompts

    def validate_kbdint_response(self, username, responses):
        return self._note("keyboard-interactive", username == "someone" and list(responses) == [PASSWORD])


async def main():
    directory, Server.ways = pathlib.Path(sys.argv[1]), tuple(sys.argv[2].split(","))
    server = await asyncssh.create_server(Server, "127.0.0.1", 0, server_host_keys=[str(directory / "host_key")], sftp_factory=True)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
