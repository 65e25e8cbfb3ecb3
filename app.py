"""Start the server: the page, the HTTP API and the OpenAI-compatible API. `python app.py`, or `make serve`."""

from web.server import main

if __name__ == "__main__":
    main()
