"""Pages over what is brought in: the list, an upload, the report of a delivery."""
