"""A load generator in Python, where wrk is missing: kept-alive connections on raw sockets, as little work as possible.

python -m benchmarks.hammer PORT CONNECTIONS SECONDS        BENCH_BODIES names the file, BENCH_TOKEN the login
"""

import asyncio
import json
import os
import sys
import time
from itertools import cycle
from pathlib import Path
from statistics import quantiles

HEAD = "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{token}Content-Length: {length}\r\n\r\n"


async def main(port: int, connections: int, seconds: float) -> None:
    """Run the connections side by side until the time is over, and print the result."""
    texts = Path(os.environ["BENCH_BODIES"]).read_bytes().splitlines()
    requests = cycle([_request(text, os.environ.get("BENCH_TOKEN", "")) for text in texts])
    began = time.perf_counter()
    runs = [_Run(began + seconds) for _ in range(connections)]
    await asyncio.gather(*(run.go(port, requests) for run in runs))
    took = time.perf_counter() - began
    times = sorted(t for run in runs for t in run.times)
    cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else [times[0]] * 99
    facts = {
        "requests": len(times),
        "seconds": took,
        "bytes": sum(run.bytes for run in runs),
        "errors": sum(run.errors for run in runs),
        "p50": cuts[49] * 1000,
        "p99": cuts[98] * 1000,
    }
    print("RESULT", json.dumps(facts))


class _Run:
    """One connection: the time of each of its requests."""

    def __init__(self, until: float) -> None:
        self.until, self.times, self.bytes, self.errors = until, list[float](), 0, 0

    async def go(self, port: int, requests: "cycle[bytes]") -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        while (start := time.perf_counter()) < self.until:
            writer.write(next(requests))
            status, length = await _answer(reader)
            self.times.append(time.perf_counter() - start)
            self.bytes += length
            self.errors += status != b"200"
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[bytes, int]:
    """Status and length of an answer, which is read to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = head.split(b" ", 2)[1]
    low = head.lower()
    if b"content-length:" in low:
        length = int(low.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
        return status, length
    total = 0
    while size := int(await reader.readuntil(b"\r\n"), 16):
        await reader.readexactly(size + 2)
        total += size
    await reader.readexactly(2)
    return status, total


def _request(body: bytes, token: str) -> bytes:
    login = f"Authorization: Bearer {token}\r\n" if token else ""
    return HEAD.format(token=login, length=len(body)).encode() + body


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
