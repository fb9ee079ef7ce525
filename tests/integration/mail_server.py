"""A real SMTP server (aiosmtpd) on loopback, for the tests of mail."""
import asyncio
import contextlib
import email
import email.policy
import logging
import sys
import threading
import warnings

try:
    from aiosmtpd.smtp import SMTP
except ImportError:
    sys.exit("the tests of mail need aiosmtpd: run tools/setup")

# The server's own words about clients that hang up on purpose.
logging.getLogger("mail").setLevel(logging.CRITICAL)
warnings.simplefilter("ignore")


class Inbox:
    """A server's handler: keeps the mails, refuses what it is told to."""

    def __init__(self, refuse=None, busy=0):
        self.mails, self.refuse, self.busy, self.names = [], refuse or {}, busy, []

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.names.append(hostname)
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.busy:
            self.busy -= 1
            return "451 4.3.0 come again"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append({"from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None,
                           "user": session.auth_data, "message": message, "raw": envelope.content})
        return "250 taken"


@contextlib.contextmanager
def serving(inbox, ssl_context=None, **options):
    """The server on a free port, which aiosmtpd's own Controller cannot choose."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen():
        return await loop.create_server(lambda: SMTP(inbox, loop=loop, **options), "127.0.0.1", 0, ssl=ssl_context)

    async def close(server):
        server.close()
        await server.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(20)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(close(server), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()
