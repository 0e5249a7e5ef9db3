from hedgerow.service.run import main

from hedgerow_routing.app import service

if __name__ == "__main__":
    main(service)
