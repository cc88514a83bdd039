"""The program that serves the page: on loopback alone, to who has the token, with nothing fetched from outside."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import sys
import traceback
from collections.abc import Callable
from typing import Any

import uvicorn
from fastapi import FastAPI
from nicegui import app, ui
from starlette.datastructures import Headers, MutableHeaders, UploadFile
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from planner.app import ask, beside, grid_view, home, one, pictures, waiting
from planner.app.desk import Desk, address
from planner.app.frame import prepare, said
from planner.app.jobs import error_text
from planner.errors import PlannerError, RunNotFound, UsageError

HOST = "127.0.0.1"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
#: the browser itself refuses what is not of this program, whatever a page or a library asks for
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws://{host}; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'; object-src 'none'"
)
REFUSED = "This page needs the address that 'planner app' printed: it has a token in it.\n"
#: seconds between two looks at what waits
EVERY = 1.0


class Gate:
    """Lets in who has the token: in the address once, in a cookie from then on. All others get 403."""

    def __init__(self, inner: ASGIApp, token: str, port: int) -> None:
        self.inner, self.token, self.cookie = inner, token, f"planner-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.inner(scope, receive, send)
            return
        asked, host = HTTPConnection(scope), Headers(scope=scope).get("host", "")
        given = asked.query_params.get("token")
        origin = Headers(scope=scope).get("origin")
        local = host.rpartition(":")[0] in LOOPBACK and origin in (None, f"http://{host}")
        if not local or not (self._right(given) or self._right(asked.cookies.get(self.cookie))):
            await self._refuse(scope, receive, send)
        elif given is not None and scope["type"] == "http":
            answer = RedirectResponse(scope["path"], 303)
            answer.set_cookie(self.cookie, self.token, httponly=True, samesite="strict")
            await answer(scope, receive, send)
        else:
            await self.inner(scope, receive, _with_policy(send, host) if scope["type"] == "http" else send)

    def _right(self, given: str | None) -> bool:
        """In constant time."""
        return given is not None and hmac.compare_digest(given.encode(), self.token.encode())

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(REFUSED, 403)(scope, receive, send)


def _with_policy(send: Send, host: str) -> Send:
    async def forward(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = POLICY.format(host=host)
            headers["Referrer-Policy"] = "same-origin"  # without it a form says nothing of where it comes from
            headers["X-Content-Type-Options"] = "nosniff"
        await send(message)

    return forward


def root(desk: Desk) -> Callable[[], None]:
    """What builds the page: one for all addresses, whose views take each other's place without another load."""

    def build() -> None:
        ui.sub_pages(
            {
                "/": lambda: home.show(desk),
                "/ask": lambda model="", edits="", fault="": ask.show(
                    desk, model, edits.splitlines(), fault.splitlines()
                ),
                "/queue": lambda: waiting.show(desk),
                "/grid": lambda: grid_view.show(desk),
                "/compare": lambda runs="": beside.show(desk, runs),
                "/run/{name}": lambda name: one.show(desk, name),
            }
        )

    return build


def files(desk: Desk) -> None:
    """What can be sent: files of runs and of comparisons, no other file of the machine."""

    @app.get("/files/{name}/{file}")
    async def _file(name: str, file: str) -> Response:
        def path() -> FileResponse:
            found = desk.reports / desk.shelf.row(name).run / file
            if file not in one.FILES or not found.is_file():
                raise RunNotFound(f"The run {name} has no {file}.")
            return FileResponse(found, filename=None if file.endswith(".html") else f"{name}-{file}")

        return await _answered(path)

    @app.get("/comparison{suffix}")
    async def _comparison(request: Request, suffix: str) -> Response:
        def path() -> FileResponse:
            made = pictures.compared(desk.reports, request.query_params.get("runs", "").split(","), suffix)
            return FileResponse(made, filename=None if suffix == ".html" else f"comparison{suffix}")

        return await _answered(path)

    @app.post("/upload")
    async def _upload(request: Request) -> Response:
        """A workbook that a person gives; the answer is the form for it, or what is wrong with it."""
        async with request.form(max_files=1, max_fields=1) as form:
            given = form.get("file")
            name, data = (given.filename or "", await given.read()) if isinstance(given, UploadFile) else ("", b"")
        try:
            model = await asyncio.to_thread(desk.take_in, name, data)
        except PlannerError as error:
            answer = {"fault": "\n".join(said(error))}
        else:
            answer = {"model": model}
        return RedirectResponse(address("/ask", **answer), 303)


async def _answered(path: Callable[[], FileResponse]) -> Response:
    try:
        return await asyncio.to_thread(path)
    except PlannerError as error:
        return PlainTextResponse(f"{error_text(error)}\n", 404 if isinstance(error, RunNotFound) else 409)


async def _keep_moving(desk: Desk) -> None:
    """Begin what waits, for as long as the program runs. What keeps it from that is shown in the queue."""
    while True:
        try:
            await asyncio.to_thread(desk.queue.tick)
            desk.trouble = ""
        except Exception as error:
            if not isinstance(error, PlannerError) and error_text(error) != desk.trouble:
                traceback.print_exception(error, file=sys.stderr)
            desk.trouble = error_text(error)
        await asyncio.sleep(EVERY)


def serve(desk: Desk, port: int, ready: Callable[[str], None]) -> None:
    """Serve until the program is asked to end; ``ready`` gets the address. UsageError where the port is taken."""
    prepare()
    files(desk)
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    token = secrets.token_urlsafe(24)
    ui.run_with(
        outer, root=root(desk), title="planner", dark=None, tailwind=False, language="en-US",
        show_welcome_message=False, reconnect_timeout=60.0, message_history_length=200,
    )  # fmt: skip
    config = uvicorn.Config(
        outer,
        host=HOST,
        port=port,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    try:
        bound = config.bind_socket()
        bound.listen()  # a browser that comes before the first answer can be given waits for it
    except SystemExit as error:
        raise UsageError(f"port {port} is taken; give another one with --port, or none") from error
    at: Any = bound.getsockname()
    config.app = Gate(outer, token, int(at[1]))
    moving: set[asyncio.Task[None]] = set()
    app.on_startup(lambda: moving.add(asyncio.create_task(_keep_moving(desk))))
    app.on_startup(lambda: ready(f"http://{HOST}:{at[1]}/?token={token}"))
    app.on_shutdown(lambda: [task.cancel() for task in moving])
    uvicorn.Server(config).run(sockets=[bound])
