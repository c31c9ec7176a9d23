"""A server of our own that answers as Prometheus does, or not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

Answer = Callable[[str, dict[str, str], dict[str, str]], tuple[int, str]]
"""Path, parameters and headers of a request -> code and text of the answer."""


@contextmanager
def saying(answer: Answer, more: Mapping[str, str] | None = None) -> Iterator[str]:
    """Give the address of a server; ``more`` are headers of its answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            code, text = answer(
                self.path, {name: values[0] for name, values in parse_qs(body).items()}, dict(self.headers)
            )
            self.send_response(code)
            for name, value in (more or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def matrix(*series: tuple[dict[str, str], list[list[Any]]], **more: Any) -> str:  # noqa: ANN401 -- as JSON has it
    result = [{"metric": labels, "values": values} for labels, values in series]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}, **more})
