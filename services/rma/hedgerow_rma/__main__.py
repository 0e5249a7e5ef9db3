"""python -m hedgerow_rma serve | relay | migrate"""

from hedgerow.service.run import main

from hedgerow_rma.app import service

if __name__ == "__main__":
    main(service)
