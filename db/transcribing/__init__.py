"""Facts that somebody read off pages whose text is not held: their file format, and their way into the store."""
