"""Who may change the library through the page?"""

import gradio as gr

LOCAL = {"127.0.0.1", "::1", "localhost"}


def keeper_allowed(request: gr.Request | None) -> bool:
    """May this person upload, remove and re-index? Only from this machine as long as no keeper is set up."""
    client = getattr(request, "client", None)
    return client is not None and client.host in LOCAL
