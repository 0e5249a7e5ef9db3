"""Hedgerow on one machine without containers: set up, servers, services, gateway.

Standard library only, because it runs before anything is installed.
"""
