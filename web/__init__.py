"""What serves over the network: the page, the HTTP API, the OpenAI-compatible API, MCP. Speaks to kb.engine; kb never imports it."""
