"""Wiring, pages and reports: everything that joins the packages."""
