from hedgerow.service.run import main

from hedgerow_orders.app import service

if __name__ == "__main__":
    main(service)
