"""The server: HTTP interface, pages, store."""
