"""The contenders that are written in Python, each an ASGI application of its own."""
