"""The REST interface: small endpoints that parse, ask the reader, and render."""
