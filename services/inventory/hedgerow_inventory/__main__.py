"""`python -m hedgerow_inventory`"""

from __future__ import annotations

from hedgerow.service.run import main

from hedgerow_inventory.app import service

if __name__ == "__main__":
    main(service)
